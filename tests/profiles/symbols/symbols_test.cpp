#include "profiles/symbols/symbols.h"

#include <dlfcn.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/file.h"
#include "profiles/symbols/function_name.h"
#include "profiles/symbols/source_path.h"
#include "tests/catch.h"
#include "tests/scratch.h"

namespace known {

[[gnu::noinline]] void* return_address() { return __builtin_return_address(0); }
volatile int sink;

constexpr int innermost_line = __LINE__ + 1;
[[gnu::always_inline]] inline void* innermost() {
  void* const address = return_address();
  sink = sink + 1;  // else the call would be a jump
  return address;
}
[[gnu::always_inline]] inline void* middle() { return innermost(); }

struct Outer {
  template <class T>
  [[gnu::noinline]] void* call(T) const {
    return middle();
  }
};

}  // namespace known

namespace {

using namespace winnow;
using namespace winnow::profiles;

MemoryMap own_map() { return MemoryMap(base::read_file("/proc/self/maps")); }
std::vector<std::string> names_of(const std::vector<SourceFunction>& functions) {
  std::vector<std::string> names;
  for (const SourceFunction& function : functions) names.push_back(function.name);
  return names;
}
uint64_t address(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }

}  // namespace

TEST_CASE("an address inside inlined functions gives the whole chain") {
  const std::vector<std::string> expected = {"known::innermost", "known::middle",
                                             "known::Outer::call"};
  void* const pc = known::Outer().call(1);
  Symbols symbols;
  const MemoryMap map = own_map();
  CHECK(names_of(symbols.frames(map, address(pc) - 1)) == expected);
  // A stack of the profilers: the leaf as it is, return addresses one byte before.
  const uint64_t pcs[] = {address(pc) - 1, address(pc)};
  const auto exact = symbols.stack(map, pcs, Symbols::Leaf::exact);
  REQUIRE(exact.size() == 2);
  CHECK(names_of(*exact[0]) == expected);
  CHECK(names_of(*exact[1]) == expected);
  const uint64_t return_only[] = {address(pc)};
  CHECK(names_of(*symbols.stack(map, return_only, Symbols::Leaf::return_address)[0]) == expected);
}

TEST_CASE("a function has the file and line of its declaration, by the project's own path") {
  void* const pc = known::Outer().call(1);
  Symbols symbols;
  const auto functions = symbols.frames(own_map(), address(pc) - 1);
  REQUIRE(functions.size() == 3);
  int last_line = 0;
  for (const SourceFunction& function : functions) {
    INFO(function.name);
    // How much of the path they share depends on where the tests are built.
    CHECK(function.file.ends_with("symbols_test.cpp"));
    CHECK(function.file.front() != '/');
    CHECK(function.line > last_line);  // they stand in this order above
    last_line = function.line;
  }
  CHECK(functions[0].line == known::innermost_line);
}

TEST_CASE("paths of sources tell nothing of the machine that compiled them") {
  CHECK(source_path("/home/me/winnow/build/../engine/forward.cpp", "/home/me/winnow/build") ==
        "engine/forward.cpp");
  CHECK(source_path("/home/me/winnow/engine/forward.cpp", "/home/me/winnow/out/release") ==
        "engine/forward.cpp");
  CHECK(source_path("/home/me/winnow/build/made.cpp", "/home/me/winnow/build") == "made.cpp");
  CHECK(source_path("../engine/./forward.cpp", "/home/me/winnow/build") == "engine/forward.cpp");
  CHECK(source_path("./nptl/pthread_create.c", "./nptl") == "nptl/pthread_create.c");
  CHECK(source_path("/usr/include/c++/12/thread", "/home/me/winnow/build") ==
        "/usr/include/c++/12/thread");
  CHECK(source_path("/opt/other/secret/a.h", "/home/me/winnow/build") == "a.h");
  CHECK(source_path("/opt/a.h", "") == "a.h");
  CHECK(source_path("", "") == "");
}

TEST_CASE("a function's first byte is the function, not the one before it") {
  Symbols symbols;
  const auto pc = reinterpret_cast<const void*>(&known::return_address);
  CHECK(names_of(symbols.frames(own_map(), address(pc))) ==
        std::vector<std::string>{"known::return_address"});
}

TEST_CASE("lambdas are named by where they stand") {
  void* pc = nullptr;
  const auto lambda = [&]() __attribute__((noinline)) { pc = known::innermost(); };
  lambda();
  Symbols symbols;
  const std::string name = symbols.frames(own_map(), address(pc) - 1).back().name;
  INFO(name);
  CHECK(name.ends_with("operator()"));
}

TEST_CASE("a lambda that was inlined into what calls it by a pointer is named by where it stands") {
  void* const library = dlopen(LAMBDA_LIBRARY, RTLD_NOW);
  REQUIRE(library != nullptr);
  const auto call = reinterpret_cast<void* (*)()>(dlsym(library, "call_lambda"));
  const auto line = static_cast<const int*>(dlsym(library, "lambda_line"));
  REQUIRE((call != nullptr && line != nullptr));
  Symbols symbols;
  const auto functions = symbols.frames(own_map(), address(call()) - 1);
  INFO(functions.front().name);
  // Between them what the compiler calls it.
  CHECK(functions.front().name.starts_with("known::by_lambda::"));
  CHECK(functions.front().name.ends_with("::operator()"));
  CHECK(functions.front().file.ends_with("lambda.cpp"));
  CHECK(functions.front().line == *line);
}

TEST_CASE("the C library's functions have their usual names") {
  void* const libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
  REQUIRE(libc != nullptr);
  Symbols symbols;
  const MemoryMap map = own_map();
  for (const char* name : {"pthread_cond_signal", "pthread_cond_broadcast", "pthread_cond_wait",
                           "pthread_mutex_lock", "pthread_create", "malloc", "free", "calloc",
                           "mmap", "munmap", "mprotect", "sched_yield", "getenv"}) {
    INFO(name);
    CHECK(symbols.frames(map, address(dlsym(libc, name))).back().name == name);
  }
  dlclose(libc);
}

TEST_CASE("two processes' maps of one file give the same names") {
  const auto pc = address(reinterpret_cast<const void*>(&known::return_address));
  const MemoryMap map = own_map();
  const Mapping* const mapping = map.find(pc);
  REQUIRE(mapping != nullptr);
  char line[64];
  std::snprintf(line, sizeof line, "10000000-20000000 r-xp %08lx 00:00 1 ", mapping->offset);
  const MemoryMap other(line + mapping->file);
  Symbols symbols;
  CHECK(names_of(symbols.frames(other, 0x10000000 + (pc - mapping->begin))) ==
        names_of(symbols.frames(map, pc)));
}

TEST_CASE("what has no function has a name in brackets") {
  const Scratch folder;
  base::write_file(folder / "text.so", "no ELF file");
  base::write_file(folder / "cut.so", base::read_file("/proc/self/exe").substr(0, 5000));
  const MemoryMap map("1000-2000 r-xp 00000000 08:01 7    " + folder / "text.so" +
                      "\n"
                      "2000-3000 r-xp 00000000 08:01 7    " +
                      folder / "cut.so" +
                      "\n"
                      "3000-4000 r-xp 00000000 08:01 7    /nonexistent/lib with space.so\n"
                      "4000-5000 r-xp 00000000 00:00 0 \n"
                      "5000-6000 r-xp 00000000 00:00 0    [vdso]\n"
                      "6000-7000 r-xp 00000000 00:00 0    /dev/null\n"
                      "7000-8000 r-xp 00000000 00:00 0    /tmp\n");
  Symbols symbols;
  const auto name = [&](uint64_t pc) {
    const auto& frames = symbols.frames(map, pc);
    REQUIRE(frames.size() == 1);
    return frames[0].name;
  };
  const std::pair<uint64_t, const char*> expected[] = {{0x1800, "[text.so]"},
                                                       {0x2800, "[cut.so]"},
                                                       {0x3000, "[lib with space.so]"},
                                                       {0x4000, "[unknown]"},
                                                       {0x5fff, "[vdso]"},
                                                       {0x6000, "[null]"},
                                                       {0x7000, "[tmp]"},
                                                       {0x8000, "[unknown]"},
                                                       {0, "[unknown]"},
                                                       {0xffffffff81000000, "[kernel]"}};
  for (const auto& [pc, shown] : expected) CHECK(name(pc) == shown);
}

TEST_CASE("an ELF file cut anywhere does not crash the symbols") {
  const Scratch folder;
  const std::string whole = base::read_file(PROFILED_PROGRAM);
  for (size_t length = 0; length < whole.size(); length += 1 + whole.size() / 60) {
    INFO(length);
    const std::string file = folder / "cut";
    base::write_file(file, whole.substr(0, length));
    const MemoryMap map("10000000-20000000 r-xp 00000000 08:01 7 " + file + "\n");
    Symbols symbols;
    for (uint64_t offset = 0; offset < 0x4000; offset += 0x40)
      CHECK_FALSE(symbols.frames(map, 0x10000000 + offset).empty());
  }
}

TEST_CASE("an ELF file with damaged bytes does not crash the symbols") {
  const Scratch folder;
  const std::string whole = base::read_file(PROFILED_PROGRAM);
  uint32_t random = 12345;
  for (int round = 0; round < 60; ++round) {
    INFO(round);
    std::string damaged = whole;
    for (int i = 0; i < 200; ++i) {
      random = random * 1664525 + 1013904223;
      // The headers in the first bytes too often make the file unreadable at once.
      damaged[64 + random % (whole.size() - 64)] = static_cast<char>(random >> 13);
    }
    const std::string file = folder / "damaged";
    base::write_file(file, damaged);
    const MemoryMap map("10000000-20000000 r-xp 00000000 08:01 7 " + file + "\n");
    Symbols symbols;
    for (uint64_t offset = 0; offset < 0x4000; offset += 0x40)
      CHECK_FALSE(symbols.frames(map, 0x10000000 + offset).empty());
  }
}

TEST_CASE("a new mapping takes the place of what it covers, of the rest the offsets stay right") {
  MemoryMap map;
  map.lay({0x1000, 0x5000, 0, "a"});
  map.lay({0x6000, 0x7000, 0, "b"});
  map.lay({0x2000, 0x3000, 0x10000, "c"});
  map.lay({0x4800, 0x6800, 0x20000, "d"});
  map.lay({0x9000, 0x9000, 0, "empty"});
  const auto place = [&](uint64_t pc) {
    const Mapping* const mapping = map.find(pc);
    return mapping ? std::pair(mapping->file, pc - mapping->begin + mapping->offset)
                   : std::pair(std::string(), uint64_t{0});
  };
  const std::tuple<uint64_t, const char*, uint64_t> expected[] = {
      {0xfff, "", 0},         {0x1000, "a", 0},      {0x1fff, "a", 0xfff},  {0x2000, "c", 0x10000},
      {0x2fff, "c", 0x10fff}, {0x3000, "a", 0x2000}, {0x47ff, "a", 0x37ff}, {0x4800, "d", 0x20000},
      {0x67ff, "d", 0x21fff}, {0x6800, "b", 0x800},  {0x7000, "", 0},       {0x9000, "", 0}};
  for (const auto& [pc, file, offset] : expected) {
    INFO(pc);
    CHECK(place(pc) == std::pair(std::string(file), offset));
  }
  CHECK(map.size() == 5);
  map.lay({0, 0x10000, 0, "all"});
  CHECK(map.size() == 1);
}

TEST_CASE("lines of a memory map that are none are passed over") {
  const MemoryMap map(
      "nonsense\n\n-\n10-\n10-20\n20-10 r-xp 0 0:0 0 /backwards\n"
      "fffffffffffffffffff-1 r-xp 0 0:0 0 /too-long\n"
      "30-40 r-xp zz 0:0 0 /no-offset\n"
      "40-50 r-xp 123 0:0 0 /good\n"
      "5-8 r-xp 0 0:0 9");
  CHECK(map.find(0x45)->file == "/good");
  CHECK(map.find(0x45)->offset == 0x123);
  CHECK(map.find(0x50) == nullptr);
  CHECK(map.find(0x35) == nullptr);
  CHECK(map.find(0x6)->file.empty());
  CHECK(map.find(0) == nullptr);
}

TEST_CASE("names are short") {
  const std::pair<const char*, const char*> expected[] = {
      {"main", "main"},
      {"_ZN5known5OuterC1Ev", "known::Outer::Outer"},
      {"_ZN5known5OuterD2Ev", "known::Outer::~Outer"},
      {"_ZNKSt6vectorIiSaIiEE2atEm", "std::vector::at"},
      {"_ZN5known3tenIiEEvT_", "known::ten"},
      {"_ZN5known12_GLOBAL__N_13tenIiEEvT_", "known::ten"},
      {"_ZN5known4workEi.constprop.0", "known::work"},
      {"_ZN5known4workEi.part.0.cold", "known::work"},
      {"sum.constprop.0", "sum"},
      {"local.5", "local"},
      {"main.main", "main.main"},  // Go's package and function
      {"main.main.func1", "main.main.func1"},
      {"type..eq.main.pair", "type..eq.main.pair"},
      {"_Znwm", "operator new"},
      {"_ZdaPv", "operator delete[]"},
      {"_ZlsRSoRK1A", "operator<<"},
      {"_ZltRK1AS1_", "operator<"},
      {"_ZltI1AEbRKT_S3_", "operator<"},
      {"_ZN1AclEi", "A::operator()"},
      {"_ZN1AixEi", "A::operator[]"},
      {"_ZNK1AptEv", "A::operator->"},
      {"_ZNK1AcvbEv", "A::operator bool"},
      {"_ZNK1AcvSsEv", "A::operator std::string"},
      {"_ZN1ApLEi", "A::operator+="},
      {"_ZZ4mainENKUliE_clEi", "main::{lambda#1}::operator()"},
      {"_ZZN5known3runEvENKUlvE0_clEv", "known::run::{lambda#2}::operator()"},
      {"_ZNSt6thread11_State_implINS_8_InvokerISt5tupleIJZ4mainEUlvE_EEEEE6_M_runEv",
       "std::thread::_State_impl::_M_run"},
      {"_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE6appendEPKc",
       "std::__cxx11::basic_string::append"},
      {"_ZNKSt8functionIFviEEclEi", "std::function::operator()"},
      {"_Z1fIXadL_Z1gvEEEvv", "f"},
      {"_ZTv0_n24_NSoD1Ev", "std::basic_ostream::~basic_ostream"},
      {"___pthread_cond_signal", "pthread_cond_signal"},
      {"pthread_cond_wait@@GLIBC_2.3.2", "pthread_cond_wait"},
      {"__pthread_mutex_lock", "pthread_mutex_lock"},
      {"__GI___pthread_mutex_unlock", "pthread_mutex_unlock"},
      {"__futex_abstimed_wait_common", "futex_wait"},
      {"__pthread_create_2_1", "pthread_create"},
      {"__memmove_avx_unaligned_erms", "memmove"},
      {"__memcpy_avx512_unaligned_erms", "memmove"},
      {"__memset_evex_unaligned_erms", "memset"},
      {"__libc_malloc", "malloc"},
      {"__GI___clone3", "clone3"},
      {"_int_malloc", "_int_malloc"},
      {"memset_rows", "memset_rows"},
      {"_Znonsense", "_Znonsense"},
      {"_ZN4core3fmt5write17h4be5ab2ae1d8ef0eE", "core::fmt::write"},
      {"_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar"},
      {"_RINvNtC3std3mem8align_ofjE", "std::mem::align_of::<usize>"},
      {"_RNvXs_C7mycrateNtB4_3FooNtB4_3Bar3baz", "<mycrate::Foo as mycrate::Bar>::baz"},
      {"_Rnonsense", "_Rnonsense"},
      {"main.(*Queue).push", "main.(*Queue).push"},
      {"runtime.mallocgc", "runtime.mallocgc"},
      {"odd \"name\"\\\x01", "odd \"name\"\\\x01"},
      {"", ""},
      {".", "."},
      {"@", ""},
  };
  for (const auto& [symbol, name] : expected) {
    INFO(symbol);
    CHECK(function_name(symbol) == name);
  }
}

TEST_CASE("a symbol that stands for a name of gigabytes is left as it is") {
  constexpr std::string_view kNumbers = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string symbol = "_Z1f1PIiiE", type = "S0_";
  for (const char number : kNumbers.substr(1)) {
    symbol += "S_I" + type + type + "E";
    type = std::string("S") + number + "_";
  }
  CHECK(function_name(symbol) == symbol);
}
