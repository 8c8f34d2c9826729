#include "profiles/perf/data_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "profiles/perf/processes.h"
#include "profiles/perf/stacks.h"
#include "profiles/recording/hotspots.h"
#include "tests/catch.h"
#include "tests/profiles/perf/perf_records.h"
#include "tests/scratch.h"

namespace {

using namespace winnow;
using namespace winnow::profiles;

// A program that forks; the child executes another.
std::string golden() {
  return named(1, 10, "front", true) + mapping(1, 11, 0x1000, 0x1000, "/nonexistent/front") +
         sample(1, 20, 0x1010, 0x1021) + sample(2, 35, 0x1030, 0x1041) +
         sample(2, 60, 0x5010, 0x9000) + lost(3) + forked(2, 1, 30) + named(2, 40, "other", true) +
         mapping(2, 50, 0x5000, 0x1000, "//anon") +
         sample_of_stack(2, 55, 0x5010, {0x7010, 0x5101, 0x8000, 0x5201}) + ended(2, 70) +
         sample(1, 80, 0xffffffff81000000, 0x1021, PERF_RECORD_MISC_KERNEL);
}

class TestFile {
 public:
  explicit TestFile(const std::string& contents) {
    static int count = 0;
    path_ = folder() / std::to_string(++count);
    std::ofstream(path_, std::ios::binary) << contents;
  }
  ~TestFile() { std::filesystem::remove(path_); }

  const std::string& path() const { return path_; }
  TreeStacks stacks() const {
    static const CategoryRules rules = CategoryRules::built_in();
    return tree_stacks({path_}, rules);
  }

 private:
  // One for all of thousands of files.
  static const Scratch& folder() {
    static const Scratch folder;
    return folder;
  }
  std::string path_;
};

// "name < its caller", the heaviest stack first, those of equal weight by name.
std::vector<std::string> lines(const Stacks& stacks) {
  std::vector<std::string> result;
  for (const Stack& stack : stacks.stacks) {
    std::string line;
    for (const int frame : stack.frames)
      line += (line.empty() ? "" : " < ") + stacks.frames[static_cast<size_t>(frame)].function;
    result.push_back(line + " " + std::to_string(stack.samples));
  }
  std::ranges::sort(result);
  return result;
}

std::string problem(const std::string& contents) {
  try {
    const TestFile file(contents);
    file.stacks();
    return "";
  } catch (const base::Error& error) {
    const std::string text = error.what();
    return text.substr(text.find(": ") + 2);
  }
}

// Reads what may be anything: an error is right, as is an answer.
void survive(const std::string& contents) {
  try {
    const TestFile file(contents);
    const TreeStacks tree = file.stacks();
    for (const Stack& stack : tree.stacks.stacks) CHECK(stack.samples > 0);
  } catch (const base::Error& error) {
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
}

}  // namespace

TEST_CASE("records come in the order of time, and each process has its own mappings") {
  for (const auto& contents : {data_file(golden()), pipe_file(golden())}) {
    const TestFile file(contents);
    const TreeStacks tree = file.stacks();
    CHECK(tree.lost == 3);
    CHECK(tree.truncated == 1);
    CHECK(tree.stacks.clock == ProfileClock::cpu);
    CHECK(tree.stacks.period_s == Approx(0.001));
    CHECK(lines(tree.stacks) ==
          std::vector<std::string>{
              "[anonymous memory] < [anonymous memory] < [anonymous memory] < [truncated] 1",
              "[anonymous memory] < [unknown] 1", "[front] < [front] 2", "[kernel] < [front] 1"});
  }
}

TEST_CASE("a file tells whether the kernel's time is among its samples") {
  perf_event_attr user_only = clock_attr();
  user_only.exclude_kernel = 1;
  CHECK(TestFile(data_file(golden())).stacks().kernel_seen);
  CHECK_FALSE(TestFile(data_file(golden(), user_only)).stacks().kernel_seen);
  const TestFile all(data_file(golden())), part(data_file(golden(), user_only));
  CHECK_FALSE(tree_stacks({all.path(), part.path()}, CategoryRules::built_in()).kernel_seen);
}

TEST_CASE("processes: names, forks, threads, ends") {
  const TestFile file(data_file(golden()));
  Processes processes("it");
  uint64_t last_ns = 0;
  std::vector<std::string> comms;
  DataFile(file.path()).each([&](const DataRecord& record) {
    processes.apply(record);
    if (const auto* sample = std::get_if<SampleRecord>(&record)) {
      CHECK(sample->time_ns >= last_ns);
      last_ns = sample->time_ns;
      CHECK(sample->tid == sample->pid);
      CHECK(sample->period_ns == kPeriodNs);
      comms.push_back(processes.comm(sample->tid));
    }
  });
  CHECK(comms == std::vector<std::string>{"front", "front", "other", "other", "front"});
  CHECK(processes.map(1).size() == 1);
  CHECK(processes.map(2).size() == 0);
  processes.apply(ForkRecord{1, 1, 7, 1});
  processes.apply(ExitRecord{1, 1});
  CHECK(processes.map(1).size() == 1);  // one thread is left
  processes.apply(ExitRecord{1, 7});
  CHECK(processes.map(1).size() == 0);
}

TEST_CASE("processes with more mappings than memory should hold are an error") {
  Processes processes("it");
  CHECK_THROWS_WITH(
      [&] {
        for (uint64_t i = 0; i < uint64_t{1} << 20; ++i)
          processes.apply(MapRecord{1, i * 4096, 4096, 0, "/a"});
      }(),
      "it: its processes have more mappings than can be");
}

TEST_CASE("files of other events, and other files, are refused with the reason") {
  CHECK(problem("PERFILE") == "cut short at byte 7, while reading the header");
  CHECK(problem(std::string(200, 'x')) == "not a perf.data file of this machine's byte order");
  CHECK(problem(data_file("")) == "not finished: its writer was killed, or recorded nothing");
  perf_event_attr attr = clock_attr();
  attr.type = PERF_TYPE_HARDWARE;
  CHECK(problem(data_file(golden(), attr)) ==
        "holds no samples of CPU time (of the events cpu-clock or task-clock)");
  attr = clock_attr();
  attr.sample_type |= PERF_SAMPLE_READ;
  CHECK(problem(data_file(golden(), attr)) ==
        "samples with counters' values or branches are not understood: record without them");
  attr = clock_attr();
  attr.sample_type &= ~uint64_t{PERF_SAMPLE_TIME};
  CHECK(problem(data_file(golden(), attr)) == "its samples have no time");
  CHECK(problem(data_file(record(81, std::string(16, '\0')))) ==
        "compressed: record without compression (perf record without -z)");
  CHECK(problem(pipe_file("").substr(0, 16) + sample(1, 20, 0x1010, 0x1021)) ==
        "a record before the event that it is of is described");
}

TEST_CASE("samples of different periods cannot be added") {
  perf_event_attr attr = clock_attr();
  attr.sample_type &= ~uint64_t{PERF_SAMPLE_PERIOD};
  attr.sample_type &=
      ~uint64_t{PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER | PERF_SAMPLE_CALLCHAIN};
  attr.sample_period = 2 * kPeriodNs;
  const std::string leaf =
      record(PERF_RECORD_SAMPLE, joined(uint64_t{0x1010}, 1, 1, uint64_t{20}, uint64_t{0}),
             PERF_RECORD_MISC_USER);
  const TestFile slow(data_file(leaf, attr)), usual(data_file(golden()));
  CHECK(hotspots(slow.stacks().stacks).sampled_s == Approx(0.002));
  CHECK_THROWS_WITH(tree_stacks({usual.path(), slow.path()}, CategoryRules::built_in()),
                    slow.path() + ": a sample of 2000000 ns, those before it of 1000000 ns");
}

TEST_CASE("a file cut at any byte is an error") {
  const std::string whole = data_file(golden());
  for (size_t length = 1; length < whole.size(); ++length) {
    INFO(length);
    CHECK(problem(whole.substr(0, length)) != "");
  }
  CHECK(problem(whole) == "");
  const std::string piped = pipe_file(golden());
  for (size_t length = 1; length < piped.size(); ++length) survive(piped.substr(0, length));
}

TEST_CASE("whatever a word of the file says, reading ends in an answer or an error") {
  for (const std::string& whole : {data_file(golden()), pipe_file(golden())})
    for (size_t offset = 0; offset + 4 <= whole.size(); offset += 4)
      for (const uint32_t value : {0u, 1u, 8u, 0xffffu, 0x7fffffffu, 0xffffffffu, 0x80000000u}) {
        std::string damaged = whole;
        std::memcpy(damaged.data() + offset, &value, sizeof value);
        survive(damaged);
      }
}
