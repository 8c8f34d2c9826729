#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "profiles/process/child.h"
#include "profiles/process/pass.h"
#include "profiles/raw/agent_events.h"
#include "profiles/raw/agent_results.h"
#include "profiles/raw/allocations.h"
#include "profiles/raw/call_stacks.h"
#include "profiles/recording/hotspots.h"
#include "tests/catch.h"
#include "tests/scratch.h"

using namespace winnow::profiles;
using winnow::base::Error;
using winnow::base::read_file;

namespace {

using Arguments = std::vector<std::string>;
using Environment = std::vector<std::pair<std::string, std::string>>;

Command under_agent(const Scratch& scratch, const Arguments& arguments, Pass pass = Pass::sync) {
  Command command;
  command.arguments = arguments;
  command.environment = pass_environment(pass, AGENT_LIBRARY, 2);
  command.environment.emplace_back("WINNOW_OUT", scratch.path());
  command.environment.emplace_back("WINNOW_RESULT", scratch / "result.json");
  command.removed_environment = foreign_environment();
  command.output_file = scratch / "output.txt";
  command.time_limit_s = 100;
  return command;
}

Arguments threads_program(const Arguments& arguments) {
  Arguments command = {THREADS_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

AgentResults counted(const Scratch& scratch, const Arguments& arguments,
                     const Environment& environment = {}) {
  Command command = under_agent(scratch, threads_program(arguments));
  command.environment.insert(command.environment.end(), environment.begin(), environment.end());
  const Outcome outcome = run_child(command, nullptr);
  INFO(read_file(scratch / "output.txt"));
  REQUIRE(describe(outcome, 100) == "ok");
  return read_agent_results(scratch / "agent.bin", 1);
}

const ThreadAccount& thread_named(const SyncProfile& sync, const std::string& name) {
  const auto found = std::find_if(sync.threads.begin(), sync.threads.end(),
                                  [&](const ThreadAccount& thread) { return thread.name == name; });
  if (found == sync.threads.end()) throw Error(name, "no such thread");
  return *found;
}

}  // namespace

TEST_CASE("threads created and joined are counted exactly, however they end") {
  for (const char* how : {"create", "exit-threads", "cancel"}) {
    const Scratch scratch;
    INFO(how);
    const SyncProfile sync = counted(scratch, {how, "500"}).sync;
    CHECK(sync.thread_create->count == 500);
    CHECK(sync.thread_join->count == 500);
    CHECK(sync.thread_create->wall_s > 0);
    CHECK(sync.thread_join->wall_s < sync.wall_s);
    REQUIRE(sync.threads.size() == 2);
    CHECK(thread_named(sync, "main").thread_count == 1);
    const ThreadAccount& created = thread_named(sync, "created in the region");
    CHECK(created.thread_count == 500);
    CHECK(created.cpu_s > 0);
    CHECK(created.wall_s < sync.wall_s * 500);
  }
}

TEST_CASE("20,000 threads are folded into few slots") {
  const Scratch scratch;
  const AgentResults results = counted(scratch, {"create", "20000"});
  CHECK(results.sync.thread_create->count == 20'000);
  CHECK(thread_named(results.sync, "created in the region").thread_count == 20'000);
  CHECK(results.warnings.empty());
  trim_agent_file(scratch / "agent.bin");
  CHECK(std::filesystem::file_size(scratch / "agent.bin") < 200'000);
  CHECK(read_agent_results(scratch / "agent.bin", 1).sync.thread_join->count == 20'000);
}

TEST_CASE("waits and signals are counted exactly") {
  const Scratch scratch;
  const SyncProfile sync = counted(scratch, {"turns", "2000"}).sync;
  CHECK(sync.condition_signal->count == 4000);
  CHECK(sync.condition_wait->count == std::stol(read_file(scratch / "output.txt")));
  CHECK(sync.condition_wait->wall_s > 0);
  CHECK(sync.condition_wait->wall_s <= 2 * sync.wall_s);
  CHECK(sync.condition_broadcast->count == 0);
}

TEST_CASE("a lock counts when it is contended, and with the time that it took") {
  const Scratch scratch;
  const SyncProfile sync = counted(scratch, {"contend", "8"}).sync;
  CHECK(sync.mutex_contended->count == 8);
  CHECK(sync.mutex_contended->wall_s >= 8 * 0.02);
}

TEST_CASE("allocations are counted as they are asked for") {
  const Scratch scratch;
  const SyncProfile sync = counted(scratch, {"allocate", "1000"}).sync;
  CHECK(sync.allocations == 7 * 1000);
  CHECK(sync.allocated_bytes == (5 * 100 + 128 + 1000) * 1000);
  CHECK(sync.frees == 7 * 1000);
}

TEST_CASE("futex calls and yields are counted") {
  const Scratch scratch;
  const SyncProfile sync = counted(scratch, {"futex", "300"}).sync;
  CHECK(sync.futex_wait->count == 300);
  CHECK(sync.futex_wake->count == 300);
  CHECK(sync.yield->count == 300);
}

TEST_CASE("marks are entries and times by state") {
  const Scratch scratch;
  const SyncProfile sync = counted(scratch, {"mark", "50"}).sync;
  REQUIRE(sync.computing);
  CHECK(sync.computing->count == 50);
  CHECK(sync.searching->count == 50);
  CHECK(sync.waiting->count == 1);
  CHECK(sync.waiting->wall_s >= 0.02);
  CHECK(sync.signalling->count == 0);
  CHECK(thread_named(sync, "main").waiting_s == Approx(sync.waiting->wall_s));
  CHECK_FALSE(counted(Scratch(), {"create", "1"}).sync.computing);
}

namespace {

struct Traced {
  AgentResults results;
  Timeline timeline;
};

Traced traced(const Scratch& scratch, const Arguments& arguments, int64_t limit = 500'000) {
  AgentResults results = counted(scratch, arguments);
  const auto wall_ns = static_cast<int64_t>(results.sync.wall_s * 1e9);
  Timeline timeline = read_agent_events(scratch / "events.bin", results, {wall_ns}, limit);
  return {std::move(results), std::move(timeline)};
}

using Seconds = std::map<ThreadState, double>;

// Refuses events that are not in order.
Seconds seconds_of(const TimelineLane& lane, int64_t end_ns) {
  Seconds sum;
  for (size_t i = 0; i < lane.events.size(); ++i) {
    const int64_t until_ns = i + 1 < lane.events.size() ? lane.events[i + 1].begin_ns : end_ns;
    REQUIRE(until_ns >= lane.events[i].begin_ns);
    sum[lane.events[i].state] += static_cast<double>(until_ns - lane.events[i].begin_ns) * 1e-9;
  }
  return sum;
}

Seconds seconds_of(const Timeline& timeline) {
  Seconds sum;
  for (const TimelineLane& lane : timeline.lanes)
    for (const auto& [state, seconds] : seconds_of(lane, timeline.end_ns)) sum[state] += seconds;
  return sum;
}

double threads_s(const Seconds& sum) {
  double all_s = 0;
  for (const auto& [state, seconds] : sum) all_s += state == ThreadState::kEnded ? 0 : seconds;
  return all_s;
}

}  // namespace

TEST_CASE("a timeline's states add up to the threads' time and agree with the exact account") {
  for (const char* what : {"mark", "fork-worker", "mark-threads"}) {
    INFO(what);
    const Scratch scratch;
    const auto [results, timeline] = traced(scratch, {what, "200"});
    const SyncProfile& sync = results.sync;
    // A thread without marks shows its waits in calls, which no mark's account has.
    const bool main_marks = std::string(what) != "fork-worker";
    Seconds sum;
    for (const TimelineLane& lane : timeline.lanes) {
      if (lane.thread == "main" && !main_marks) continue;
      for (const auto& [state, seconds] : seconds_of(lane, timeline.end_ns)) sum[state] += seconds;
    }
    const std::pair<ThreadState, double> accounts[] = {
        {ThreadState::kComputing, sync.computing->wall_s},
        {ThreadState::kSearching, sync.searching->wall_s},
        {ThreadState::kWaiting, sync.waiting->wall_s},
        {ThreadState::kSignalling, sync.signalling->wall_s}};
    for (const auto& [state, exact_s] : accounts)
      CHECK(sum[state] == Approx(exact_s).epsilon(0.01).margin(1e-5));
    CHECK(timeline.cut.empty());
    double lives_s = 0;
    for (const ThreadAccount& thread : sync.threads)
      if (thread.name != "main" || main_marks) lives_s += thread.wall_s;
    CHECK(threads_s(sum) == Approx(lives_s).epsilon(0.01));
  }
}

TEST_CASE("there are as many lanes as threads were alive at once") {
  const Scratch scratch;
  const auto [results, timeline] = traced(scratch, {"mark-threads", "1000"});
  CHECK(thread_named(results.sync, "created in the region").thread_count == 1000);
  CHECK(timeline.lanes.size() >= 2);
  CHECK(timeline.lanes.size() <= 1 + 50);
  trim_events_file(scratch / "events.bin");
  const int64_t wall_ns = static_cast<int64_t>(results.sync.wall_s * 1e9);
  const Timeline again = read_agent_events(scratch / "events.bin", results, {wall_ns}, 500'000);
  CHECK(again.lanes.size() == timeline.lanes.size());
}

TEST_CASE("threads that mark nothing show what the agent knows: waits, or nothing") {
  const Scratch scratch;
  const auto [results, timeline] = traced(scratch, {"turns", "100"});
  REQUIRE(timeline.lanes.size() == 2);
  Seconds sum = seconds_of(timeline);
  CHECK(sum[ThreadState::kWaiting] ==
        Approx(results.sync.condition_wait->wall_s + results.sync.thread_join->wall_s +
               results.sync.mutex_contended->wall_s)
            .epsilon(0.01));
  CHECK(sum[ThreadState::kComputing] == 0);

  const Scratch clipped;
  const Timeline throughout = traced(clipped, {"clipped"}).timeline;
  REQUIRE(throughout.lanes.size() == 1);  // the spinner told nothing
  CHECK(throughout.lanes[0].thread == "waiter");
  CHECK(seconds_of(throughout.lanes[0], throughout.end_ns)[ThreadState::kWaiting] ==
        Approx(static_cast<double>(throughout.end_ns) * 1e-9));
}

TEST_CASE("a timeline stops where there is no more room, and says so") {
  const Scratch scratch;
  const Timeline cut = traced(scratch, {"mark", "1000"}, 300).timeline;
  CHECK(cut.cut == "one iteration has more than 300 changes of state");
  REQUIRE(cut.lanes.size() == 1);
  CHECK(cut.lanes[0].events.size() <= 300);
  CHECK(cut.lanes[0].events.size() >= 250);

  const Scratch full;
  const Timeline stopped = traced(full, {"mark", "400000"}).timeline;
  CHECK_FALSE(stopped.cut.empty());
  CHECK(stopped.end_ns > 0);
  CHECK(seconds_of(stopped).count(ThreadState::kWaiting) == 0);  // it came after
  CHECK(stopped.lanes[0].events.size() > 490'000);
  CHECK(stopped.lanes[0].events.size() <= 500'000);
}

TEST_CASE("events of another kind of file are refused") {
  const Scratch scratch;
  const AgentResults results = traced(scratch, {"mark", "100"}).results;
  trim_events_file(scratch / "events.bin");
  const std::string good = read_file(scratch / "events.bin");
  const std::string file = scratch / "bad.bin";
  for (const size_t size : {size_t{1}, size_t{4095}, size_t{4096}, good.size() - 1}) {
    winnow::base::write_file(file, good.substr(0, size));
    CHECK_THROWS_AS(read_agent_events(file, results, {1000}, 1000), Error);
  }
  for (const size_t at : {size_t{0}, size_t{8}, size_t{12}, size_t{4096 + 3}, size_t{4096 + 7}}) {
    INFO(at);
    std::string bad = good;
    bad[at] = '\x7f';
    winnow::base::write_file(file, bad);
    CHECK_THROWS_AS(read_agent_events(file, results, {1000}, 1000), Error);
  }
}

TEST_CASE("only what lies within the region counts") {
  const Scratch scratch;
  const SyncProfile sync = counted(scratch, {"clipped"}).sync;
  CHECK(sync.wall_s >= 0.1);
  CHECK(sync.thread_create->count == 0);
  CHECK(sync.condition_wait->count == 0);  // it began before
  CHECK(sync.condition_wait->wall_s == Approx(sync.wall_s));
  CHECK(sync.condition_broadcast->count == 0);
  REQUIRE(sync.threads.size() == 3);
  const ThreadAccount& waiter = thread_named(sync, "waiter");
  CHECK(waiter.wall_s == Approx(sync.wall_s));
  CHECK(waiter.waiting_s == Approx(sync.wall_s));
  CHECK(waiter.cpu_s < 0.01);
  const ThreadAccount& spinner = thread_named(sync, "thread 1");
  CHECK(spinner.wall_s == Approx(sync.wall_s));
  CHECK(spinner.cpu_s > 0);
  CHECK(spinner.waiting_s == 0);
}

TEST_CASE("a thread's CPU time and wait for a core fit into its life") {
  for (const Arguments& arguments :
       {Arguments{"clipped"}, Arguments{"turns", "2000"}, Arguments{"create", "2000"}}) {
    INFO(arguments[0]);
    const Scratch scratch;
    const AgentResults results = counted(scratch, arguments);
    CHECK(results.warnings.empty());
    for (const ThreadAccount& thread : results.sync.threads) {
      INFO(thread.name);
      REQUIRE(thread.run_queue_s);
      // The figures are read a little before and after the region, later beside busy neighbours.
      CHECK(thread.cpu_s + *thread.run_queue_s <= thread.wall_s * 1.02 + 0.05);
      CHECK(thread.voluntary_switches);
      REQUIRE(thread.cpu_by_state);
      const auto& cpu = *thread.cpu_by_state;
      const double sum = cpu.computing_s + cpu.searching_s + cpu.waiting_s + cpu.signalling_s +
                         cpu.creating_s + cpu.other_s;
      CHECK(sum == Approx(thread.cpu_s).epsilon(0.02).margin(0.0005));
    }
  }
}

TEST_CASE("1,000 threads at once are counted; more than there are slots are told") {
  const Scratch scratch;
  const AgentResults crowd = counted(scratch, {"crowd", "1000"});
  CHECK(crowd.sync.thread_create->count == 1000);
  CHECK(thread_named(crowd.sync, "created in the region").thread_count == 1000);
  CHECK(crowd.warnings.empty());

  const Scratch small;
  const AgentResults crowded = counted(small, {"crowd", "100"}, {{"WINNOW_AGENT_SLOTS", "16"}});
  CHECK(crowded.sync.thread_create->count == 100);
  CHECK(crowded.sync.thread_join->count == 100);
  REQUIRE(crowded.warnings.size() == 1);
  CHECK(crowded.warnings[0].find("threads were not counted: more than 16") != std::string::npos);
}

TEST_CASE("what a forked child does is not counted") {
  const Scratch scratch;
  const AgentResults results = counted(scratch, {"fork", "1"});
  CHECK(results.sync.thread_create->count == 0);
  CHECK(results.sync.threads.size() == 1);
  // And those before and behind the region.
  CHECK(all_warnings(results) ==
        std::vector<std::string>{"3 child processes were made, which are not counted"});
}

TEST_CASE("a worker that forks is counted once, whole, and no other in its place") {
  const Scratch scratch;
  const AgentResults results = counted(scratch, {"fork-worker", "20"});
  CHECK(all_warnings(results) ==
        std::vector<std::string>{"26 child processes were made, which are not counted"});
  REQUIRE(results.sync.threads.size() == 2);
  const ThreadAccount& workers = thread_named(results.sync, "created in the region");
  CHECK(workers.thread_count == 20);
  CHECK(workers.computing_s >= 20 * 0.02);
  REQUIRE(results.sync.computing);
  CHECK(results.sync.computing->count == 20);
}

TEST_CASE("the counts survive SIGKILL") {
  const Scratch scratch;
  const Command command = under_agent(scratch, threads_program({"create", "100", "kill"}));
  CHECK(describe(run_child(command, nullptr), 100) == "signal 9 (Killed)");
  CHECK(read_agent_results(scratch / "agent.bin", 1).sync.thread_create->count == 100);
}

TEST_CASE("the first process to come keeps the file; one that replaces it takes it over") {
  const Scratch replaced;
  REQUIRE(run_child(under_agent(replaced, {"env", THREADS_PROGRAM, "create", "10"}), nullptr).ok());
  CHECK(read_agent_results(replaced / "agent.bin", 1).sync.thread_create->count == 10);

  const Scratch nested;
  const std::string script = std::string(THREADS_PROGRAM) + " create 10; exit 0";
  REQUIRE(run_child(under_agent(nested, {"sh", "-c", script}), nullptr).ok());
  CHECK_THROWS_WITH(read_agent_results(nested / "agent.bin", 1),
                    nested / "agent.bin" + ": the program did not begin its region");
}

TEST_CASE("a program that opens or closes no region runs undisturbed, and is told") {
  const Scratch never;
  REQUIRE(run_child(under_agent(never, threads_program({"no-region"})), nullptr).ok());
  CHECK_THROWS_WITH(read_agent_results(never / "agent.bin", 1),
                    never / "agent.bin" + ": the program did not begin its region");
  const Scratch begun;
  REQUIRE(run_child(under_agent(begun, threads_program({"begin-only"})), nullptr).ok());
  CHECK_THROWS_WITH(read_agent_results(begun / "agent.bin", 1),
                    begun / "agent.bin" + ": the program did not end its region");
}

TEST_CASE("a folder that cannot be written disturbs no program") {
  const Scratch scratch;
  Command command = under_agent(scratch, threads_program({"create", "10"}));
  for (auto& [name, value] : command.environment) {
    if (name == "WINNOW_OUT") value = scratch / "absent";
  }
  CHECK(run_child(command, nullptr).ok());
  CHECK(read_file(scratch / "output.txt").find("winnow agent: ") == 0);
}

TEST_CASE("a file that is not the agent's is refused") {
  const Scratch scratch;
  REQUIRE(counted(scratch, {"create", "10"}).sync.thread_create->count == 10);
  const std::string good = read_file(scratch / "agent.bin");
  const std::string file = scratch / "bad.bin";
  for (const size_t size : {size_t{1}, size_t{64}, size_t{4095}, size_t{4096}, size_t{4200}}) {
    INFO(size);
    winnow::base::write_file(file, good.substr(0, size));
    CHECK_THROWS_AS(read_agent_results(file, 1), Error);
  }
  winnow::base::write_file(file, std::string(10'000, '\xff'));
  CHECK_THROWS_AS(read_agent_results(file, 1), Error);
  trim_agent_file(file);
  CHECK(std::filesystem::file_size(file) == 10'000);
}

TEST_CASE("CPU and wall passes leave a profile of the region, also when the program forks") {
  for (const Pass pass : {Pass::cpu, Pass::wall}) {
    for (const std::string mode : {"half-asleep", "fork"}) {
      const Scratch scratch;
      INFO(word(pass) << " " << mode);
      REQUIRE(run_child(
                  under_agent(scratch, {WORKLOAD_PROGRAM, mode, mode == "fork" ? "20" : "1"}, pass),
                  nullptr)
                  .ok());
      const SampledProfile profile = hotspots(sampled_stacks(
          {scratch / "cpu.prof"}, pass == Pass::cpu ? ProfileClock::cpu : ProfileClock::wall,
          CategoryRules::built_in()));
      REQUIRE(profile.samples);
      CHECK(*profile.samples > 0);
    }
  }
}

TEST_CASE("a heap pass leaves the dumps of the region's ends, also when the program forks") {
  const Scratch scratch;
  REQUIRE(
      run_child(under_agent(scratch, {WORKLOAD_PROGRAM, "fork", "2"}, Pass::heap), nullptr).ok());
  const HeapProfile profile =
      read_heap_profile(scratch / "begin.heap", scratch / "end.heap", CategoryRules::built_in());
  CHECK(profile.region_objects >= 2 * 20 * 2);
}

// Two threads, each half of its life asleep. Neighbours on the machine prolong both halves.
TEST_CASE("a wall profile shows waiting in its share") {
  const Scratch scratch;
  REQUIRE(
      run_child(under_agent(scratch, {WORKLOAD_PROGRAM, "half-asleep", "3"}, Pass::wall), nullptr)
          .ok());
  const SampledProfile profile = hotspots(
      sampled_stacks({scratch / "cpu.prof"}, ProfileClock::wall, CategoryRules::built_in()));
  int64_t waiting = 0;
  for (const Function& function : profile.functions) {
    if (function.name.find("pthread_cond_") != std::string::npos) {
      waiting = std::max(waiting, function.cumulative_samples.value_or(0));
    }
  }
  const double share = static_cast<double>(waiting) / static_cast<double>(*profile.samples);
  CHECK(share > 0.25);
  CHECK(share < 0.75);
}
