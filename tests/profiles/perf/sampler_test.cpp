#include "profiles/perf/sampler.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "profiles/perf/counters.h"
#include "profiles/perf/stacks.h"
#include "profiles/recording/hotspots.h"
#include "tests/catch.h"
#include "tests/profiles/perf/held.h"
#include "tests/scratch.h"

namespace {

using namespace winnow;
using namespace winnow::profiles;

// An event does not count the switching between threads, which the kernel adds to the CPU time of
// the process; beside busy neighbours there is much of it.
constexpr double kSwitches = 0.12;
// What a program takes besides starting and ending, which is more under a sanitizer.
constexpr double kMost = 0.7;

double off_by(double measured_s, double known_s) { return std::abs(measured_s / known_s - 1); }

// What a hypervisor or an interrupt takes from a processor is in one clock and not in another, and
// takes the samples of its time along: a clock that is right is right in one of five runs.
template <typename Run>
double off_in_five_runs(double bound, const Run& run) {
  double smallest = run();
  for (int i = 1; i < 5 && smallest >= bound; ++i) smallest = std::min(smallest, run());
  return smallest;
}

// Says so where the kernel or a container forbids events.
bool events_are_forbidden() {
  try {
    perf_event_attr attr = tree_event(PERF_COUNT_SW_TASK_CLOCK);
    attr.exclude_kernel = 1;
    const PerfEvent event(attr, 0, -1);
    return false;
  } catch (const base::Error& error) {
    std::printf("skipped: %s\n", error.what());
    return true;
  }
}

bool has_perf() {
  if (std::system("perf --version >/dev/null 2>&1") == 0) return true;
  std::printf("skipped: needs linux-perf\n");
  return false;
}

SampledProfile table_of(const std::string& file) {
  return hotspots(tree_stacks({file}, CategoryRules::built_in()).stacks);
}

// Of the profile's time: in the function itself, in it and what it calls.
struct Shares {
  double flat = 0, cumulative = 0;
};
Shares shares(const SampledProfile& profile, const std::string& name) {
  for (const Function& function : profile.functions)
    if (function.name == name)
      return {*function.flat_s / profile.sampled_s, *function.cumulative_s / profile.sampled_s};
  return {};
}

// Of what the two take together: starting and ending a program takes its part, too.
void check_planted(const SampledProfile& profile) {
  const double quarter = shares(profile, "planted::quarter").flat,
               three_quarters = shares(profile, "planted::three_quarters").flat;
  CHECK(quarter + three_quarters > kMost);
  CHECK(three_quarters / (quarter + three_quarters) == Approx(0.75).margin(0.1));
}

// Their stacks lead to main, which what the dynamic linker does comes before.
void check_main(const SampledProfile& profile) {
  CHECK(shares(profile, "main").cumulative >
        0.95 * (shares(profile, "planted::quarter").flat +
                shares(profile, "planted::three_quarters").flat));
}

// The functions of the heaviest stack, leaf first.
std::vector<std::string> heaviest(const Stacks& stacks) {
  std::vector<std::string> names;
  for (const int frame : stacks.stacks.at(0).frames)
    names.push_back(stacks.frames[static_cast<size_t>(frame)].function);
  return names;
}

}  // namespace

TEST_CASE("CPU time and faults of a tree are those that the kernel counts") {
  if (events_are_forbidden()) return;
  for (const char* mode : {"burn", "fork", "exec"}) {
    INFO(mode);
    CHECK(off_in_five_runs(kSwitches, [&] {
            Held program({PLANTED_PROGRAM, mode, "0.6"});
            const TreeCounters counters(program.pid());
            const Held::Ended ended = program.run();
            REQUIRE(ended.status == 0);
            const TreeCounts counts = counters.read();
            REQUIRE(counts.page_faults.value);
            CHECK(*counts.page_faults.value > 0);
            CHECK(*counts.page_faults.value <= ended.page_faults);
            for (const TreeCount& count : {counts.context_switches, counts.cpu_migrations})
              CHECK(count.value.has_value() == count.why_not.empty());
            CHECK(counts.context_switches.value.has_value() == kernel_is_seen());
            return off_by(counts.cpu_s, ended.cpu_s);
          }) < kSwitches);
  }
}

TEST_CASE("counters tell why they cannot be") {
  CHECK_THROWS_AS(TreeCounters(0x3fffffff), base::Error);
}

TEST_CASE("samples of a tree have its CPU time, its functions and their callers") {
  if (events_are_forbidden()) return;
  for (const char* program : {PLANTED_PROGRAM, PLANTED_BARE_PROGRAM, PLANTED_STATIC_PROGRAM})
    for (const char* mode : {"burn", "fork", "exec"}) {
      INFO(program << ' ' << mode);
      CHECK(off_in_five_runs(1, [&] {
              const Scratch folder;
              Held held({program, mode, "0.6"});
              const TreeCounters counters(held.pid());
              CpuSampler sampler(held.pid(), {}, folder / "perf.data");
              const Held::Ended ended = held.run();
              const SamplingOutcome outcome = sampler.finish();
              REQUIRE(ended.status == 0);
              CHECK(outcome.lost == 0);
              CHECK(outcome.stopped_early == "");
              CHECK(outcome.bytes == base::read_file(folder / "perf.data").size());

              const TreeStacks tree =
                  tree_stacks({folder / "perf.data"}, CategoryRules::built_in());
              CHECK(tree.lost == 0);
              CHECK(tree.truncated <= outcome.samples / 20);
              const SampledProfile profile = hotspots(tree.stacks);
              CHECK(profile.samples == outcome.samples);
              CHECK(profile.sampled_s == Approx(outcome.seen_s));
              check_planted(profile);
              check_main(profile);
              const std::vector<std::string> stack = heaviest(tree.stacks);
              REQUIRE(stack.size() > 5);
              CHECK(std::vector(stack.begin(), stack.begin() + 5) ==
                    std::vector<std::string>{"planted::three_quarters", "planted::below",
                                             "planted::round", "planted::burn", "main"});
              // What the kernel does for it, interrupts above all, is a part that is seen or not.
              return std::max(off_by(outcome.seen_s, counters.read().cpu_s) /
                                  (outcome.kernel_seen ? 0.05 : 0.1),
                              off_by(outcome.seen_s, ended.cpu_s) / kSwitches);
            }) < 1);
    }
}

TEST_CASE("samples are kept while they are wanted, and have their functions' names") {
  if (events_are_forbidden()) return;
  const Scratch folder;
  Held held({PLANTED_PROGRAM, "burn", "1"});
  SamplerOptions options;
  options.keeps_samples = false;
  CpuSampler sampler(held.pid(), options, folder / "perf.data");
  std::thread program([&] { held.run(); });
  const auto part = std::chrono::milliseconds(250);
  std::this_thread::sleep_for(part);
  sampler.keep_samples(true);
  std::this_thread::sleep_for(part);
  sampler.keep_samples(false);
  program.join();
  const SamplingOutcome outcome = sampler.finish();
  CHECK(outcome.lost == 0);
  CHECK(outcome.samples > 0);
  CHECK(outcome.seen_s < 0.9);
  const SampledProfile profile = table_of(folder / "perf.data");
  CHECK(profile.samples == outcome.samples);
  CHECK(shares(profile, "planted::three_quarters").flat > shares(profile, "planted::quarter").flat);
  check_main(profile);

  Held other({PLANTED_PROGRAM, "burn", "0.1"});
  CpuSampler idle(other.pid(), options, folder / "none.data");
  REQUIRE(other.run().status == 0);
  CHECK(idle.finish().samples == 0);
}

TEST_CASE("stacks by frame pointers, and none") {
  if (events_are_forbidden()) return;
  for (const auto& [stacks, least] :
       {std::pair(StackMode::frame_pointers, 5u), std::pair(StackMode::none, 1u)}) {
    const Scratch folder;
    Held held({PLANTED_PROGRAM, "burn", "0.3"});
    SamplerOptions options;
    options.stacks = stacks;
    CpuSampler sampler(held.pid(), options, folder / "perf.data");
    REQUIRE(held.run().status == 0);
    CHECK(sampler.finish().lost == 0);
    const TreeStacks tree = tree_stacks({folder / "perf.data"}, CategoryRules::built_in());
    const SampledProfile profile = hotspots(tree.stacks);
    check_planted(profile);
    const std::vector<std::string> stack = heaviest(tree.stacks);
    REQUIRE(stack.size() >= least);
    CHECK(stack[0] == "planted::three_quarters");
    if (stacks == StackMode::none)
      CHECK(stack.size() == 1);
    else
      check_main(profile);
  }
}

TEST_CASE("a stack beyond its copy ends in a root of its own, or goes on by frame pointers") {
  if (events_are_forbidden()) return;
  for (const bool frame_pointers : {false, true}) {
    const Scratch folder;
    Held held({frame_pointers ? PLANTED_PROGRAM : PLANTED_BARE_PROGRAM, "wide", "0.2"});
    CpuSampler sampler(held.pid(), {}, folder / "perf.data");
    REQUIRE(held.run().status == 0);
    sampler.finish();
    const TreeStacks tree = tree_stacks({folder / "perf.data"}, CategoryRules::built_in());
    const std::vector<std::string> stack = heaviest(tree.stacks);
    REQUIRE(stack.size() >= 5);
    CHECK(stack[2] == "planted::round");
    CHECK(stack[3] == "planted::wide_round");
    CHECK((stack.back() == "[truncated]") == !frame_pointers);
    CHECK((tree.truncated > *hotspots(tree.stacks).samples / 2) == !frame_pointers);
  }
}

TEST_CASE("sampling stops at the file's limit and says so; what there is can be read") {
  if (events_are_forbidden()) return;
  const Scratch folder;
  Held held({PLANTED_PROGRAM, "burn", "1.5"});
  SamplerOptions options;
  options.limit_bytes = 1000;
  CpuSampler sampler(held.pid(), options, folder / "perf.data");
  REQUIRE(held.run().status == 0);
  const SamplingOutcome outcome = sampler.finish();
  CHECK(outcome.stopped_early == "the file reached its limit of 1000 bytes");
  CHECK(outcome.samples > 0);
  CHECK(outcome.seen_s < 1);
  CHECK(table_of(folder / "perf.data").samples == outcome.samples);
}

TEST_CASE("what a sampler cannot do is an error that says why") {
  if (events_are_forbidden()) return;
  const Scratch folder;
  Held held({"true"});
  SamplerOptions options;
  options.frequency_hz = 0;
  CHECK_THROWS_WITH(CpuSampler(held.pid(), options, folder / "a"),
                    "sampling: 0 Hz: expected 1 to 5,000 Hz");
  options = {};
  options.stack_bytes = 4095;
  CHECK_THROWS_WITH(CpuSampler(held.pid(), options, folder / "a"),
                    "sampling: 4095 bytes of stack: expected a multiple of 8, at most 32,768");
  CHECK_THROWS_WITH(CpuSampler(held.pid(), {}, folder / "absent/a"),
                    folder / "absent/a" + ": No such file or directory");
  CHECK_THROWS_WITH(CpuSampler(0x3fffffff, {}, folder / "a"),
                    "perf_event_open: the process has ended");
}

TEST_CASE("files are exchanged with perf") {
  if (events_are_forbidden() || !has_perf()) return;
  const Scratch folder;
  const std::string program = std::string("'") + PLANTED_PROGRAM + "' burn 0.3";
  const std::pair<const char*, const char*> ways[] = {{"-g -o perf.data", ""},
                                                      {"--call-graph dwarf,4096 -o perf.data", ""},
                                                      {"-e page-faults:u -g -o perf.data", ""},
                                                      {"-g -o -", "> perf.data"}};
  for (const auto& [options, output] : ways) {
    INFO(options);
    const std::string command = "cd '" + folder.path() +
                                "' && perf record -q -F 997 -e cpu-clock:u " + options + " -- '" +
                                PLANTED_PROGRAM + "' burn 0.3 2>/dev/null " + output;
    REQUIRE(std::system(command.c_str()) == 0);
    const SampledProfile profile = table_of(folder / "perf.data");
    CHECK(*profile.samples > 100);
    check_planted(profile);
    check_main(profile);
  }
  Held held({PLANTED_PROGRAM, "burn", "0.3"});
  CpuSampler sampler(held.pid(), {}, folder / "ours.data");
  REQUIRE(held.run().status == 0);
  sampler.finish();
  const std::string report = "perf report -i '" + folder / "ours.data" +
                             "' --no-children -g none --stdio > '" + folder / "report" +
                             "' 2>/dev/null";
  REQUIRE(std::system(report.c_str()) == 0);
  CHECK(base::read_file(folder / "report").find("planted::three_quarters") != std::string::npos);
}
