// Names of functions, memory maps, ELF files with their debugging information, unwinding, and what
// the kernel's files tell of a machine.
#include <dwarf.h>

#include <bit>
#include <cstring>
#include <filesystem>

#include "profiles/machine/facts.h"
#include "profiles/machine/identity.h"
#include "profiles/perf/expression.h"
#include "profiles/perf/frame_rules.h"
#include "profiles/perf/unwind.h"
#include "profiles/process/loaded_libraries.h"
#include "profiles/process/preloadable.h"
#include "profiles/process/program_file.h"
#include "profiles/recording/recording.h"
#include "profiles/symbols/function_name.h"
#include "profiles/symbols/memory_map.h"
#include "profiles/symbols/module_symbols.h"
#include "profiles/symbols/source_path.h"
#include "tests/fuzz/target.h"

namespace winnow::fuzz {
namespace {

using namespace profiles;

constexpr uint64_t kMostOffsets = 64;

// Callers of a thread that was at many places of the file.
void unwind_in(const std::string& path, uint64_t size) {
  constexpr uint64_t kBegin = 0x10000;
  Unwinder unwinder;
  MemoryMap map;
  map.lay({kBegin, kBegin + size, 0, path});
  std::vector<uint64_t> stack(64, kBegin + size / 2);
  SampleRecord sample;
  sample.register_mask = kSampledRegisters;
  sample.registers.assign(static_cast<size_t>(std::popcount(kSampledRegisters)), 0x7000);
  sample.stack = std::as_bytes(std::span(stack));
  for (uint64_t i = 0; i < kMostOffsets; ++i) {
    const uint64_t pc = kBegin + i * size / kMostOffsets;
    sample.registers[static_cast<size_t>(kPerfPc)] = pc;  // the registers before it are all sampled
    stack[i] = pc + 1;
    unwinder.unwind(sample, map);
  }
}

void elf(std::string_view input) {
  const std::string path = file_of("library.so", input);
  ModuleSymbols symbols(path);
  FrameRules rules(path);
  for (uint64_t i = 0; i < kMostOffsets; ++i) {
    const uint64_t offset = i * input.size() / kMostOffsets;
    for (const SourceFunction& function : symbols.frames(offset))
      require(function.line >= 0, "a function's line below 0");
    rules.row(offset);
  }
  unwind_in(path, input.size());
  reads([&] { loaded_libraries(path); });
  reads([&] { why_not_preloadable(path); });
  reads([&] { program_file(path); });
}

// A symbol, and a path with the folder that it was compiled in.
void names(std::string_view input) {
  Parts parts(input);
  const std::string symbol(parts.text()), file(parts.text()), folder(parts.text());
  function_name(symbol);
  source_path(file, folder);
}

// Mappings as a profile tells them, and others that are laid over them.
void memory_map(std::string_view input) {
  Parts parts(input);
  MemoryMap map(parts.text());
  while (!parts.empty()) {
    const uint64_t begin = parts.word(), size = parts.byte() * uint64_t{4096};
    if (begin + size < begin) continue;
    map.lay({begin, begin + size, 0, "laid"});
    if (size == 0) continue;
    for (const uint64_t address : {begin, begin + size - 1}) {
      const Mapping* const found = map.find(address);
      require(found && found->file == "laid", "a mapping that was laid is not found");
    }
  }
}

std::vector<Dwarf_Op> expression_of(Parts& parts) {
  std::vector<Dwarf_Op> expression;
  for (int count = parts.byte() % 16; count > 0; --count) {
    Dwarf_Op op{};
    op.atom = parts.byte();
    op.number = parts.word();
    op.number2 = parts.byte();
    expression.push_back(op);
  }
  return expression;
}

void expression(std::string_view input) {
  Parts parts(input);
  const auto ops = expression_of(parts);
  const auto reg = [](int number) { return std::optional<uint64_t>(number * 8); };
  const auto memory = [](uint64_t address) {
    return address % 3 == 0 ? std::optional<uint64_t>() : address / 2;
  };
  evaluate(ops, {reg, memory, uint64_t{4096}});
}

// A thread of a program that has this seed's code mapped, with any registers and stack.
void unwind(std::string_view input) {
  static Unwinder unwinder;
  static const MemoryMap map = [] {
    MemoryMap made;
    made.lay({0x10000, 0x20000, 0, WINNOW_ELF_SEED});
    made.lay({0x30000, 0x40000, 0, ""});
    return made;
  }();
  Parts parts(input);
  SampleRecord sample;
  sample.in_kernel = parts.byte() % 2 != 0;
  sample.ip = parts.word();
  for (int count = parts.byte() % 8; count > 0; --count) sample.user_chain.push_back(parts.word());
  sample.register_mask = kSampledRegisters;
  for (int i = std::popcount(sample.register_mask); i > 0; --i)
    sample.registers.push_back(parts.word());
  const std::string_view stack = parts.rest();
  sample.stack = std::as_bytes(std::span(stack));
  const UserStack found = unwinder.unwind(sample, map);
  require(found.pcs.size() <= 520, "a stack without an end");
}

constexpr const char* kMachineFiles[] = {
    "proc/cpuinfo",
    "proc/meminfo",
    "proc/loadavg",
    "proc/pressure/cpu",
    "proc/stat",
    "proc/self/status",
    "proc/self/cgroup",
    "proc/self/environ",
    "etc/os-release",
    "etc/machine-id",
    "sys/devices/system/cpu/online",
    "sys/devices/system/cpu/smt/active",
    "sys/devices/system/cpu/cpu0/topology/thread_siblings_list",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
    "sys/devices/system/node/online",
    "sys/kernel/mm/transparent_hugepage/enabled",
    "sys/devices/system/clocksource/clocksource0/current_clocksource",
    "sys/fs/cgroup/cpu/cpu.stat",
    "sys/fs/cgroup/cpu.max",
    "sys/fs/cgroup/cpu.stat"};

// The kernel's files, one behind the other; their facts go into a recording.
void machine(std::string_view input) {
  Parts parts(input);
  for (const char* name : kMachineFiles) file_of(std::string("machine/") + name, parts.text());
  reads([&] {
    Recording recording;
    recording.machine = machine_facts(folder() + "/machine", 0);
    recording.machine_identity = machine_identity(recording.machine, folder() + "/machine");
    write_recording(folder(), recording);
    require(reads([&] { read_recording(folder()); }), "a machine's facts are refused");
  });
}

std::vector<std::string> elf_seeds() { return {bytes_of(WINNOW_ELF_SEED)}; }

std::vector<std::string> name_seeds() {
  const std::string paths = std::string(1, '\0') + "/home/a/project/../b.cpp" + '\0' + "/home/a";
  return {"_ZNSt6vectorIiSaIiEE2atEm.part.0" + paths,
          "_RNvCs1234_7mycrate3foo" + paths,
          "___pthread_cond_signal@@GLIBC_2.3.2" + paths,
          "__memset_avx2_unaligned_erms" + paths,
          "_ZZ4mainENKUlvE_clEv" + paths,
          "_ZN3fooplERKS_" + paths};
}

std::vector<std::string> map_seeds() {
  std::string laid(1, '\0');
  for (const uint64_t begin : {uint64_t{0x400000}, uint64_t{0x401000}, uint64_t{0x3ff000}})
    laid += std::string(reinterpret_cast<const char*>(&begin), sizeof begin) + '\3';
  return {
      "00400000-00500000 r-xp 00000000 08:01 1234                /nonexistent/program\n"
      "7ffc0000-7ffd0000 r-xp 00000000 00:00 0                   [vdso]\n" +
      laid};
}

std::vector<std::string> expression_seeds() {
  const auto op = [](uint8_t atom, uint64_t number) {
    return std::string(1, static_cast<char>(atom)) +
           std::string(reinterpret_cast<const char*>(&number), sizeof number) + '\0';
  };
  return {'\6' + op(DW_OP_breg7, 8) + op(DW_OP_constu, 15) + op(DW_OP_and, 0) + op(DW_OP_lit3, 0) +
          op(DW_OP_shl, 0) + op(DW_OP_deref, 0)};
}

std::vector<std::string> unwind_seeds() {
  std::string seed(1 + 8 + 1, '\0');
  for (int i = 0; i < std::popcount(kSampledRegisters); ++i) {
    const uint64_t value = i == kPerfPc ? 0x11010 : 0x7000;
    seed.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  return {seed + std::string(64, '\x11')};
}

std::vector<std::string> machine_seeds() {
  std::string seed;
  for (const char* text : {"model name : A\nflags : hypervisor\n",
                           "MemTotal: 100 kB\n",
                           "0.1 0.2 0.3 1/2 3\n",
                           "some avg10=0.50 avg60=0 avg300=0 total=5\n",
                           "cpu 1 2 3 4 5 6 7 8\n",
                           "Cpus_allowed_list: 0-3\n",
                           "4:cpu:/\n0::/\n",
                           "OMP_NUM_THREADS=4",
                           "PRETTY_NAME=\"D\"\n",
                           "0123456789abcdef0123456789abcdef\n",
                           "0-3\n",
                           "1\n",
                           "0,2\n",
                           "performance\n",
                           "0\n",
                           "always [madvise] never\n",
                           "tsc\n",
                           "throttled_time 5\n",
                           "100000 100000\n",
                           "throttled_usec 5\n"})
    seed += std::string(text) + '\0';
  return {seed};
}

}  // namespace

std::vector<Target> symbol_targets() {
  return {{"elf", elf, elf_seeds},
          {"names", names, name_seeds},
          {"memory_map", memory_map, map_seeds},
          {"expression", expression, expression_seeds},
          {"unwind", unwind, unwind_seeds},
          {"machine", machine, machine_seeds}};
}

}  // namespace winnow::fuzz
