#include "profiles/recording/stacks.h"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <numeric>

#include "base/error.h"
#include "base/file.h"
#include "profiles/raw/allocations.h"
#include "profiles/raw/call_stacks.h"
#include "profiles/recording/hotspots.h"
#include "tests/catch.h"
#include "tests/scratch.h"

namespace {

using namespace winnow;
using namespace winnow::profiles;

// The brackets are more than JSON may nest.
constexpr const char* kHostile =
    "</script><b>&|\\\"\n\x01,;[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[";

Stacks sample() {
  Stacks stacks{ProfileClock::cpu,
                8,
                0.02,
                {{kHostile, "a b.cpp", "other", 7}, {"main", "", "other", 0}},
                {}};
  stacks.stacks = {{{0, 1}, 5, 0, 0}, {{1}, 2, 0, 0}};
  return stacks;
}

std::string path_in(const Scratch& folder) { return folder / "stacks/spawn.cpu.json"; }

void replace_in_file(const std::string& path, const std::string& from, const std::string& to) {
  std::string text = base::read_file(path);
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  base::write_file(path, text.replace(at, from.size(), to));
}

std::string cpu_file(const Scratch& folder, const std::string& name,
                     const std::vector<uint64_t>& records) {
  std::vector<uint64_t> words = {0, 3, 0, 10000, 0};
  words.insert(words.end(), records.begin(), records.end());
  words.insert(words.end(), {0, 1, 0});
  std::string bytes(words.size() * sizeof(uint64_t), '\0');
  std::memcpy(bytes.data(), words.data(), bytes.size());
  const std::string path = folder / name;
  base::write_file(path, bytes +
                             "00400000-00500000 r-xp 00000000 08:01 1234  /nonexistent/program\n"
                             "00600000-00700000 r-xp 00000000 08:01 1234  /nonexistent/lib.so\n");
  return path;
}

}  // namespace

TEST_CASE("stacks are read as they were written, names of any kind included") {
  const Scratch folder;
  const Stacks written = sample();
  write_stacks(folder.path(), "spawn", written);
  const auto read = read_stacks(folder.path(), "spawn", ProfileClock::cpu);
  REQUIRE(read);
  CHECK(read->clock == ProfileClock::cpu);
  CHECK(read->iterations == 8);
  CHECK(read->period_s == 0.02);
  REQUIRE(read->frames.size() == 2);
  CHECK(read->frames[0].function == kHostile);
  CHECK(read->frames[0].file == "a b.cpp");
  CHECK(read->frames[0].line == 7);
  REQUIRE(read->stacks.size() == 2);
  CHECK(read->stacks[0].frames == std::vector<int>{0, 1});
  CHECK(read->stacks[0].samples == 5);
}

TEST_CASE("stacks beyond a file's limit become one that says so, and the sums stay exact") {
  const Scratch folder;
  Stacks many{ProfileClock::cpu, 8, 0.02, {{"work", "", "other", 0}, {"main", "", "other", 0}}, {}};
  int64_t samples = 0;
  for (int i = 0; i < 1000; ++i) {
    many.stacks.push_back({std::vector<int>(static_cast<size_t>(i) + 1, i % 2), 2000 - i, 0, 0});
    samples += 2000 - i;
  }
  CHECK(write_stacks(folder.path(), "whole", many) == 0);
  CHECK(read_stacks(folder.path(), "whole", ProfileClock::cpu)->stacks.size() == 1000);
  for (const size_t limit_bytes : {size_t{0}, size_t{1200}, size_t{20'000}, size_t{200'000}}) {
    INFO(limit_bytes);
    const size_t left_out = write_stacks(folder.path(), "spawn", many, limit_bytes);
    if (limit_bytes > 1024) CHECK(std::filesystem::file_size(path_in(folder)) <= limit_bytes);
    const auto read = read_stacks(folder.path(), "spawn", ProfileClock::cpu);
    REQUIRE(read);
    CHECK(left_out > 0);
    CHECK(read->stacks.size() == 1000 - left_out + 1);
    CHECK(read->frames.back().function == fmt::format("[{} call stacks left out]", left_out));
    int64_t sum = 0;
    for (const Stack& stack : read->stacks) sum += stack.samples;
    CHECK(sum == samples);
  }
}

TEST_CASE("a recording without stacks has none; a name that leads elsewhere is refused") {
  const Scratch folder;
  CHECK_FALSE(read_stacks(folder.path(), "spawn", ProfileClock::cpu));
  CHECK_THROWS_AS(read_stacks(folder.path(), "../spawn", ProfileClock::cpu), base::Error);
  CHECK_THROWS_AS(write_stacks(folder.path(), "a/b", sample()), base::Error);
}

TEST_CASE("every field of a file of stacks is checked") {
  const Scratch folder;
  const std::vector<std::pair<std::string, std::string>> faults{
      {"\"frames\":[0,1]", "\"frames\":[0,2]"},
      {"\"frames\":[0,1]", "\"frames\":[-1]"},
      {"\"frames\":[0,1]", "\"frames\":[]"},
      {"\"samples\":5", "\"samples\":4503599627370497"},
      {"\"samples\":5", "\"samples\":5e3"},
      {"\"samples\":5", "\"sample\":5"},
      {"\"schema\":1", "\"schema\":2"},
      {"\"period_s\":0.02", "\"period_s\":1e300"},
      {"\"clock\":\"cpu\"", "\"clock\":\"wall\""},
      {"{", "["}};
  for (const auto& [from, to] : faults) {
    INFO(to);
    write_stacks(folder.path(), "spawn", sample());
    replace_in_file(path_in(folder), from, to);
    CHECK_THROWS_AS(read_stacks(folder.path(), "spawn", ProfileClock::cpu), base::Error);
  }
  const std::string whole = [&] {
    write_stacks(folder.path(), "spawn", sample());
    return base::read_file(path_in(folder));
  }();
  for (size_t length = 0; length + 1 < whole.size(); length += 7) {
    base::write_file(path_in(folder), whole.substr(0, length));
    CHECK_THROWS_AS(read_stacks(folder.path(), "spawn", ProfileClock::cpu), base::Error);
  }
}

TEST_CASE("stacks of all blocks are merged by name and agree with the table of functions") {
  const Scratch folder;
  // Addresses of one file that has no symbols are one function: the first two stacks are alike.
  const std::vector<std::string> files{
      cpu_file(folder, "a.prof",
               {5, 2, 0x400100, 0x600201, 3, 2, 0x400300, 0x600201, 2, 1, 0x600100}),
      cpu_file(folder, "b.prof", {7, 1, 0x600500})};
  const CategoryRules rules = CategoryRules::built_in();
  const Stacks stacks = sampled_stacks(files, ProfileClock::cpu, rules);
  REQUIRE(stacks.frames.size() == 2);
  REQUIRE(stacks.stacks.size() == 2);
  CHECK(stacks.period_s == Approx(0.01));
  CHECK(stacks.stacks[0].samples == 9);
  CHECK(stacks.frames[static_cast<size_t>(stacks.stacks[0].frames[0])].function == "[lib.so]");
  CHECK(stacks.stacks[1].samples == 8);
  CHECK(stacks.stacks[1].frames.size() == 2);

  const SampledProfile table = hotspots(stacks);
  for (const Function& function : table.functions) {
    int64_t leaf_samples = 0;
    for (const Stack& stack : stacks.stacks)
      if (stacks.frames[static_cast<size_t>(stack.frames[0])].function == function.name)
        leaf_samples += stack.samples;
    CHECK(leaf_samples == *function.flat_samples);
  }
}

TEST_CASE("allocation stacks are what the region added, and add up to the profile") {
  const Scratch folder;
  const auto dump = [&](const std::string& name, int first, int second) {
    const std::string path = folder / name;
    base::write_file(path, "heap profile: 0: 0 [" + std::to_string(first + second) + ": " +
                               std::to_string(10 * (first + second)) + "] @ heapprofile\n" +
                               "0: 0 [" + std::to_string(first) + ": " +
                               std::to_string(10 * first) + "] @ 0x400101\n" + "0: 0 [" +
                               std::to_string(second) + ": " + std::to_string(10 * second) +
                               "] @ 0x400201 0x600301\n\nMAPPED_LIBRARIES:\n"
                               "00400000-00500000 r-xp 00000000 08:01 1234  /nonexistent/program\n"
                               "00600000-00700000 r-xp 00000000 08:01 1234  /nonexistent/lib.so\n");
    return path;
  };
  const std::string begin = dump("begin.heap", 4, 1), end = dump("end.heap", 4, 8);
  const CategoryRules rules = CategoryRules::built_in();
  const Stacks stacks = allocation_stacks(begin, end, rules);
  REQUIRE(stacks.stacks.size() == 1);
  CHECK(stacks.stacks[0].objects == 7);
  CHECK(stacks.stacks[0].bytes == 70);
  CHECK(stacks.stacks[0].frames.size() == 2);
  CHECK(read_heap_profile(begin, end, rules).region_bytes == 70);
  CHECK_THROWS_AS(allocation_stacks(end, begin, rules), base::Error);
}
