#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <new>
#include <span>
#include <stdexcept>
#include <system_error>

#include "base/aligned_buffer.h"
#include "base/byte_reader.h"
#include "base/cores_time.h"
#include "base/cpu_quota.h"
#include "base/error.h"
#include "base/file.h"
#include "base/function_ref.h"
#include "base/hash.h"
#include "base/mapped_file.h"
#include "base/message.h"
#include "base/pending_file.h"
#include "base/sums.h"
#include "base/toml.h"
#include "base/usable_cores.h"
#include "tests/catch.h"
#include "tests/scratch.h"

namespace fs = std::filesystem;
using namespace winnow::base;

namespace {}  // namespace

TEST_CASE("an error is one line, whatever its parts hold") {
  CHECK(std::string(Error("a\nb", "c\x1b[31m").what()) == "a\\x0ab: c\\x1b[31m");
  CHECK(printable("é\xff") == "é\\xff");
  CHECK(printable("\xe2\x82") == "\\xe2\\x82");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\xc2\\x9b31m");  // a terminal would take it for ESC [
  CHECK(printable("\xc0\x80") == "\\xc0\\x80");
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  // Each of those that change the direction of text, and the separators of lines.
  for (const char* control :
       {"\u061C", "\u200E", "\u200F", "\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066",
        "\u2067", "\u2068", "\u2069", "\u2028", "\u2029"}) {
    const std::string shown = printable(std::string("é") + control + "x");
    CHECK(shown.starts_with("é\\x"));
    CHECK(shown.ends_with("x"));
    CHECK(std::ranges::all_of(shown.substr(2), [](char c) { return c >= ' ' && c <= '~'; }));
  }
  CHECK(printable("\u202E") == "\\xe2\\x80\\xae");
  CHECK(printable("\u2010 \u202F \u2065 \u061B") == "\u2010 \u202F \u2065 \u061B");
  CHECK(std::string(Error("", "b").what()) == "'': b");
  CHECK(Error("a", "b").exit_status() == 3);
  CHECK(UsageError("a", "b").exit_status() == 2);
}

TEST_CASE("every exception is told as its subject and the problem, on one line") {
  const auto code = std::make_error_code(std::errc::permission_denied);
  const std::string denied = code.message();
  CHECK(message_of(Error("a", "b")) == "a: b");
  CHECK(message_of(fs::filesystem_error("x", "a\x1b", code)) == "a\\x1b: " + denied);
  CHECK(message_of(fs::filesystem_error("x", "a", "b", code)) == "a: " + denied);
  CHECK(message_of(fs::filesystem_error("x", "", code)) == "'': " + denied);
  CHECK(message_of(std::system_error(code)) == "system: " + denied);
  CHECK(message_of(std::bad_alloc()) == "memory: none left");
  CHECK(message_of(std::runtime_error("a\nb")) == "a\\x0ab");
}

TEST_CASE("a TOML file is plain data, of each value its type and its line") {
  const TomlNode file =
      parse_toml("whole = 3\nreal = 2.5\nday = 2026-01-02\n[table]\nlist = ['a', true]\n", "file");
  CHECK(file.find("whole")->integer == 3);
  CHECK(file.find("whole")->number == 3.0);
  CHECK_FALSE(file.find("real")->integer);
  CHECK(file.find("real")->number == 2.5);
  CHECK(file.find("real")->line == 2);
  CHECK_FALSE(file.find("day")->string);
  CHECK(file.find("absent") == nullptr);
  CHECK(file.find("whole")->find("absent") == nullptr);
  const TomlNode& list = *file.find("table")->find("list");
  CHECK(list.line == 5);
  REQUIRE(list.list->size() == 2);
  CHECK(list.list->at(0).string == "a");
  CHECK(list.list->at(1).boolean == true);
}

TEST_CASE("a text of any characters comes back from TOML as it was") {
  std::string text = "'quote' \"another\" back\\slash ähm \x7f";
  for (char c = 1; c < 0x20; ++c) text += c;
  const TomlNode file = parse_toml("text = " + toml_string(text) + "\n", "file");
  CHECK(file.find("text")->string == text);
}

TEST_CASE("the byte reader reads little-endian values and never past the end") {
  const std::array<std::byte, 7> bytes{std::byte{1}, std::byte{0},   std::byte{0},  std::byte{0},
                                       std::byte{2}, std::byte{'x'}, std::byte{'y'}};
  ByteReader reader(bytes, "file");
  CHECK(reader.read<uint32_t>("count") == 1);
  CHECK(reader.read<uint8_t>("kind") == 2);
  CHECK(reader.take_string(2, "name") == "xy");
  CHECK(reader.remaining() == 0);
  CHECK_THROWS_WITH(reader.read<uint8_t>("more"), "file: cut short at byte 7, while reading more");
  CHECK_THROWS_AS(ByteReader(bytes, "file").take(~uint64_t{0}, "huge"), Error);
}

TEST_CASE("a written file is whole, readable and alone in its folder") {
  Scratch scratch;
  write_file(scratch / "a", "first");
  write_file(scratch / "a", "second");
  CHECK(read_file(scratch / "a") == "second");
  CHECK(std::distance(fs::directory_iterator(scratch.path()), {}) == 1);
  CHECK_THROWS_AS(write_file(scratch / "no/such/folder", "x"), Error);
  CHECK_THROWS_AS(read_file(scratch / "a", 3), Error);
  CHECK_THROWS_AS(read_file(scratch / "missing"), Error);
}

TEST_CASE("writing over a folder fails and leaves nothing behind") {
  Scratch scratch;
  fs::create_directory(scratch / "folder");
  CHECK_THROWS_AS(write_file(scratch / "folder", "x"), Error);
  CHECK(std::distance(fs::directory_iterator(scratch.path()), {}) == 1);
}

TEST_CASE("writing through a link changes its target, and a pipe or device stays what it is") {
  Scratch scratch;
  write_file(scratch / "target", "old");
  fs::create_symlink("target", scratch / "link");
  write_file(scratch / "link", "new");
  CHECK(fs::is_symlink(scratch / "link"));
  CHECK(read_file(scratch / "target") == "new");
  CHECK(std::distance(fs::directory_iterator(scratch.path()), {}) == 2);

  REQUIRE(::mkfifo((scratch / "pipe").c_str(), 0600) == 0);
  const int reader = ::open((scratch / "pipe").c_str(), O_RDONLY | O_NONBLOCK);
  write_file(scratch / "pipe", "through");
  char received[8] = {};
  CHECK(::read(reader, received, sizeof received) == 7);
  ::close(reader);
  CHECK(fs::is_fifo(scratch / "pipe"));
  CHECK_THROWS_WITH(MappedFile(scratch / "pipe"),
                    (scratch / "pipe") + ": not a regular file: a pipe");
}

TEST_CASE("a pending file leaves nothing behind when it is not committed") {
  Scratch scratch;
  {
    PendingFile file(scratch / "a");
    file.write(std::as_bytes(std::span("half", 4)));
    CHECK_FALSE(fs::exists(scratch / "a"));
  }
  CHECK(fs::is_empty(scratch.path()));
}

TEST_CASE("mapping needs a regular file with something in it") {
  Scratch scratch;
  write_file(scratch / "full", "abc");
  write_file(scratch / "empty", "");
  MappedFile mapped(scratch / "full");
  MappedFile moved = std::move(mapped);
  CHECK(moved.bytes().size() == 3);
  CHECK_THROWS_WITH(MappedFile(scratch / "empty"), (scratch / "empty") + ": the file is empty");
  CHECK_THROWS_WITH(MappedFile(scratch.path()), scratch.path() + ": not a regular file: a folder");
  CHECK_THROWS_AS(MappedFile(scratch / "missing"), Error);
}

TEST_CASE("a mapped file that becomes shorter ends the process with one line, not by a signal") {
  const Scratch scratch;
  const std::string path = scratch / "shrinks", errors = scratch / "errors";
  write_file(path, std::string(3 * 65536, 'x'));
  const MappedFile file(path);
  const pid_t child = ::fork();
  if (child == 0) {
    MappedFile moved(path);
    const MappedFile mapped = std::move(moved);
    if (std::freopen(errors.c_str(), "w", stderr) == nullptr ||
        ::truncate(path.c_str(), 65536) != 0)
      ::_exit(1);
    const std::byte last = mapped.bytes().back();
    ::_exit(std::to_integer<int>(last));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == kFailed);
  CHECK(read_file(errors).find(": " + path + ": cannot be read any more: it became shorter while " +
                               "it was used, or its disk failed\n") != std::string::npos);
  CHECK_THROWS_WITH(file.check_unchanged(),
                    path + ": changed while it was used: it had 196608 bytes, now 65536");
}

TEST_CASE("a mapped file that is written to is noticed, one that gives its name away is not") {
  const Scratch scratch;
  const std::string path = scratch / "file";
  write_file(path, "old");
  const MappedFile file(path);
  write_file(path, "new");  // another file of that name
  file.check_unchanged();
  const MappedFile other(path);
  other.check_unchanged();
  fs::last_write_time(path, fs::last_write_time(path) + std::chrono::seconds(1));
  CHECK_THROWS_WITH(other.check_unchanged(),
                    path + ": changed while it was used: it was written to");
}

TEST_CASE("a function reference calls what it refers to") {
  int sum = 0;
  auto add = [&sum](int value) { sum += value; };
  FunctionRef<void(int)> reference = add;
  reference(2);
  reference(3);
  CHECK(sum == 5);
}

TEST_CASE("a dropped part of a mapped file reads the same again") {
  const Scratch scratch;
  std::string text(5 * 4096 + 17, ' ');
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 23);
  write_file(scratch / "pages", text);
  const MappedFile file(scratch / "pages");
  const auto bytes = file.bytes();
  const auto differences = [&] {
    size_t count = 0;
    for (size_t i = 0; i < bytes.size(); ++i) count += bytes[i] != std::byte(text[i]);
    return count;
  };
  CHECK(differences() == 0);
  for (const auto& [offset, size] : {std::pair{size_t{0}, bytes.size()},
                                     {100, 9000},
                                     {4096, 4096},
                                     {5000, 10},
                                     {bytes.size(), size_t{0}}}) {
    file.drop_resident(bytes.subspan(offset, size));
    CHECK(differences() == 0);
  }
}

TEST_CASE("aligned buffers start at a line, large ones at a huge page, and can be written") {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{1000}, size_t{600'000}}) {
    AlignedBuffer<float> buffer;
    CHECK(buffer.size() == 0);
    buffer.resize(size);
    CHECK(buffer.size() == size);
    const size_t alignment = size * sizeof(float) >= (2u << 20) ? 2u << 20 : 64u;
    CHECK(reinterpret_cast<uintptr_t>(buffer.data()) % alignment == 0);
    for (size_t i = 0; i < size; ++i) buffer.data()[i] = static_cast<float>(i);
    CHECK((size == 0 || buffer.data()[size - 1] == static_cast<float>(size - 1)));
    buffer.resize(2 * size);
    CHECK(buffer.size() == 2 * size);
  }
}

TEST_CASE(
    "the cores' time is the kernel's line of all cores, or the sum of those that may be used") {
  const std::string text =
      "cpu  100 20 30 4000 50 6 7 8 90 0\n"
      "cpu0 60 10 20 2000 30 3 3 5 50 0\n"
      "cpu1 39 10 10 1999 20 3 4 3 40 0\n"
      "intr 12345\n";
  const auto any = [](int) { return true; };
  constexpr int64_t kTick_ns = 10'000'000;
  const auto all = parse_cores_time(text, 100, any);
  REQUIRE(all);
  CHECK(all->cores == 2);
  CHECK(all->idle_ns == 4050 * kTick_ns);
  CHECK(all->busy_ns == (100 + 20 + 30 + 6 + 7) * kTick_ns);  // guests are part of user and nice
  CHECK(all->steal_ns == 8 * kTick_ns);
  const auto one = parse_cores_time(text, 100, [](int core) { return core == 1; });
  REQUIRE(one);
  CHECK(one->cores == 1);
  CHECK(one->idle_ns == 2019 * kTick_ns);
  CHECK(one->steal_ns == 3 * kTick_ns);
  CHECK_FALSE(parse_cores_time(text, 100, [](int) { return false; }));
  CHECK_FALSE(parse_cores_time(text, 0, any));
  for (const char* broken : {"", "cpu 1 2 3\n", "cpu  1 2 3 4 5 6 7 -8\ncpu0 1 2 3 4 5 6 7 8\n",
                             "cpu0 1 2 3 4 5 6 7 8\n", "cpu 1 2 3 4 5 6 7 8\n",
                             "cpu  1 2 3 4 5 6 7 8\ncpux 1 2 3 4 5 6 7 8\n"})
    CHECK_FALSE(parse_cores_time(broken, 100, any));
}

TEST_CASE("a hash tells bytes and their order apart and is that of FNV-1a") {
  const auto hex = [](std::string_view text) {
    Hash hash;
    hash.add(text);
    return hash.hex();
  };
  CHECK(hex("") == "cbf29ce484222325");
  CHECK(hex("a") == "af63dc4c8601ec8c");  // published test vectors
  CHECK(hex("foobar") == "85944171f73967e8");
}

TEST_CASE("the sampled hash of a large file sees its size, both ends and pages between") {
  Scratch scratch;
  const std::string path = scratch / "large";
  const auto hash_of = [&](const std::string& contents) {
    write_file(path, contents);
    return sampled_file_hash(path);
  };
  const std::string large(size_t{4} << 20, 'x');
  const std::string hash = hash_of(large);
  CHECK(hash_of(large) == hash);
  CHECK(hash_of(large + "x") != hash);
  for (const size_t at : {size_t{0}, large.size() - 1, size_t{64} << 10}) {
    std::string changed = large;
    changed[at] = 'y';
    CHECK(hash_of(changed) != hash);
  }
  CHECK(hash_of("small") != hash_of("smalL"));
  CHECK_THROWS_AS(sampled_file_hash(scratch / "none"), Error);
}

// A folder with the kernel's files of control groups as a machine might have them.
class PlantedGroups {
 public:
  void write(const std::string& path, const std::string& text) const {
    const std::string file = scratch_.path() + path;
    fs::create_directories(fs::path(file).parent_path());
    write_file(file, text);
  }
  const std::string& root() const { return scratch_.path(); }

 private:
  Scratch scratch_;
};

TEST_CASE("the quota of a control group is found in both versions of cgroup") {
  const PlantedGroups groups;
  CHECK_FALSE(cpu_quota(groups.root()));
  SECTION("version 1: the tightest of the group and those around it") {
    groups.write("/proc/self/cgroup", "9:memory:/x\n3:cpuacct,cpu:/a/b\n0::/\n");
    CHECK_FALSE(cpu_quota(groups.root()));
    groups.write("/sys/fs/cgroup/cpu/a/b/cpu.cfs_quota_us", "400000\n");
    groups.write("/sys/fs/cgroup/cpu/a/b/cpu.cfs_period_us", "100000\n");
    CHECK(cpu_quota(groups.root())->cores == 4);
    groups.write("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "75000\n");
    groups.write("/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "50000\n");
    const auto quota = cpu_quota(groups.root());
    CHECK(quota->cores == 1.5);
    CHECK(quota->version == 1);
    CHECK(quota->file == "/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us");
    CHECK(control_group("cpu", groups.root()) == "/a/b");
    CHECK(control_group("memory", groups.root()) == "/x");
    CHECK_FALSE(control_group("io", groups.root()));
  }
  SECTION("version 2, also where only the mount itself is seen") {
    groups.write("/proc/self/cgroup", "0::/outside\n");
    groups.write("/sys/fs/cgroup/cpu.max", "150000 100000\n");
    CHECK(cpu_quota(groups.root())->cores == 1.5);
    groups.write("/sys/fs/cgroup/cpu.max", "max 100000\n");
    CHECK(std::isinf(cpu_quota(groups.root())->cores));
    for (const char* nonsense : {"", "max", "x 100000", "-1 100000", "1 0", "1 -5", "1e9 x"}) {
      groups.write("/sys/fs/cgroup/cpu.max", nonsense);
      CHECK_FALSE(cpu_quota(groups.root()));
    }
  }
}

TEST_CASE("threads by default: the cores of the affinity mask, or of the quota where it is tighter",
          "[native]") {
  const PlantedGroups groups;
  groups.write("/proc/self/cgroup", "0::/\n");
  cpu_set_t before;
  REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
  const int all = CPU_COUNT(&before);
  CHECK(usable_cores(groups.root()) == all);
  CHECK(cores_of_process().size() == static_cast<size_t>(all));
  const auto with = [&](const char* quota) {
    groups.write("/sys/fs/cgroup/cpu.max", quota);
    return usable_cores(groups.root());
  };
  CHECK(with("max 100000\n") == all);
  CHECK(with("99900000000 100000\n") == all);
  CHECK(with("20000 100000\n") == 1);
  CHECK(with("100000 100000\n") == 1);
  CHECK(with("199999 100000\n") == 1);
  if (all >= 2) CHECK(with("250000 100000\n") == 2);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (size_t core = 0; CPU_COUNT(&one) == 0; ++core)
    if (CPU_ISSET(core, &before)) CPU_SET(core, &one);
  REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
  CHECK(with("max 100000\n") == 1);
  CHECK(cores_of_process().size() == 1);
  REQUIRE(sched_setaffinity(0, sizeof before, &before) == 0);
}

TEST_CASE("what is no file is told at once, whatever reads it") {
  Scratch scratch;
  REQUIRE(::mkfifo((scratch / "pipe").c_str(), 0600) == 0);
  const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE((scratch / "socket").size() < sizeof address.sun_path);
  std::ranges::copy(scratch / "socket", address.sun_path);
  REQUIRE(::bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  fs::create_directory(scratch / "folder");
  fs::create_symlink("/dev/zero", scratch / "device");
  for (const std::string kind : {"pipe", "socket", "folder", "device"}) {
    const std::string problem = (scratch / kind) + ": not a regular file: a " + kind;
    CHECK_THROWS_WITH(read_file(scratch / kind), problem);
    CHECK_THROWS_WITH(MappedFile(scratch / kind), problem);
    CHECK_THROWS_WITH(parse_toml_file(scratch / kind), problem);
    CHECK(try_open_regular(scratch / kind) == -1);
  }
  ::close(server);
}

TEST_CASE("a symbolic link must not lead out of its folder") {
  Scratch scratch;
  fs::create_directories(scratch / "in/deep");
  fs::create_directories(scratch / "in-other");
  write_file(scratch / "in/file", "");
  write_file(scratch / "in-other/file", "");
  fs::create_symlink("../file", scratch / "in/deep/inside");
  fs::create_symlink("../in-other/file", scratch / "in/outside");
  fs::create_directory_symlink("../in-other", scratch / "in/way");
  for (const char* name : {"in/file", "in/deep/inside", "in/missing"})
    CHECK_NOTHROW(check_within(scratch / "in", scratch / name));
  for (const char* name : {"in/outside", "in/way/file"})
    CHECK_THROWS_WITH(check_within(scratch / "in", scratch / name),
                      (scratch / name) + ": a symbolic link leads out of the folder");
}

TEST_CASE("a file that is too large is told, not read") {
  Scratch scratch;
  write_file(scratch / "file", "12345");
  CHECK(read_file(scratch / "file", 5) == "12345");
  CHECK_THROWS_WITH(read_file(scratch / "file", 4), (scratch / "file") + ": larger than 4 bytes");
}

TEST_CASE("sums and differences beyond the type are its greatest or least number") {
  constexpr int64_t most = std::numeric_limits<int64_t>::max();
  constexpr int64_t least = std::numeric_limits<int64_t>::min();
  CHECK(added(int64_t{2}, 3) == 5);
  CHECK(added(most, 1) == most);
  CHECK(added(least, -1) == least);
  CHECK(added(std::numeric_limits<uint64_t>::max(), 1) == std::numeric_limits<uint64_t>::max());
  CHECK(subtracted(int64_t{2}, 3) == -1);
  CHECK(subtracted(most, -1) == most);
  CHECK(subtracted(least, 1) == least);
  CHECK(subtracted(0u, 1u) == 0u);
  int sum = std::numeric_limits<int>::max() - 1;
  add_to(sum, 5);
  CHECK(sum == std::numeric_limits<int>::max());
}
