#include "profiles/raw/sync_total.h"

#include <limits>

#include "tests/catch.h"

namespace winnow::profiles {

namespace {

// Three waits in two iterations, of a worker that switched four times.
SyncProfile process() {
  SyncProfile one;
  one.iterations = 2;
  one.wall_s = 1.5;
  one.cores = 2;
  one.condition_wait = Calls{3, 0.25};
  one.allocations = 10;
  one.threads = {{"worker 1", 1, 1.5, 1.25, 0.125, 4, 2, 1.0, 0, 0.25, 0, CpuByState{1.0}},
                 {kCreatedInRegion, 8, 0.5, 0.25, {}, 8, 0, 0, 0, 0, 0, CpuByState{0.125}}};
  return one;
}

}  // namespace

TEST_CASE("processes of the sync pass add up, and each is kept for itself") {
  SyncProfile total;
  add_process(process(), 0, total);
  add_process(process(), 3, total);
  CHECK(total.iterations == 4);
  CHECK(total.wall_s == 3);
  CHECK(total.cores == 2);
  CHECK(total.condition_wait->count == 6);
  CHECK(total.condition_wait->wall_s == 0.5);
  CHECK(total.allocations == 20);
  REQUIRE(total.processes);
  REQUIRE(total.processes->size() == 2);
  CHECK(total.processes->at(0).block == 0);
  CHECK(total.processes->at(1).block == 3);
  for (const SyncProcess& one : *total.processes) {
    CHECK(one.iterations == 2);
    CHECK(one.counts ==
          std::map<std::string, int64_t>{{"condition_wait", 3}, {"voluntary_switches", 12}});
  }
}

TEST_CASE("a worker that every process has is one thread; threads of a region are counted") {
  SyncProfile total;
  for (int block = 0; block < 3; ++block) add_process(process(), block, total);
  REQUIRE(total.threads.size() == 2);
  const ThreadAccount& worker = total.threads[0];
  CHECK(worker.thread_count == 1);
  CHECK(worker.wall_s == 4.5);
  CHECK(worker.cpu_s == 3.75);
  CHECK(worker.run_queue_s == 0.375);
  CHECK(worker.voluntary_switches == 12);
  CHECK(worker.cpu_by_state->computing_s == 3);
  CHECK(total.threads[1].thread_count == 24);
}

TEST_CASE("a thread that only one process has stays, and an unknown figure stays unknown") {
  SyncProfile total, other = process();
  other.threads[0].name = "worker 2";
  other.threads[1].voluntary_switches.reset();
  add_process(process(), 0, total);
  add_process(other, 1, total);
  REQUIRE(total.threads.size() == 3);
  CHECK(total.threads[2].name == "worker 2");
  CHECK_FALSE(total.threads[1].voluntary_switches);
  CHECK_FALSE(total.threads[1].run_queue_s);
  CHECK(total.processes->at(0).counts.contains("voluntary_switches"));
  CHECK_FALSE(total.processes->at(1).counts.contains("voluntary_switches"));
}

TEST_CASE("a process that entered no marked state adds none") {
  SyncProfile total, marked = process();
  marked.waiting = Calls{7, 0.5};
  SECTION("first") { add_process(process(), 0, total); }
  add_process(marked, 1, total);
  SECTION("last") { add_process(process(), 2, total); }
  CHECK(total.waiting->count == 7);
}

TEST_CASE("counts that add up to more than can be stay counts") {
  constexpr int64_t most = std::numeric_limits<int64_t>::max();
  SyncProfile total, huge = process();
  huge.condition_wait->count = most;
  huge.allocations = most - 1;
  huge.threads[0].voluntary_switches = huge.threads[1].voluntary_switches = most;
  for (int block = 0; block < 2; ++block) add_process(huge, block, total);
  CHECK(total.condition_wait->count == most);
  CHECK(total.allocations == most);
  CHECK(total.threads[0].voluntary_switches == most);
  CHECK(total.processes->at(0).counts.at("voluntary_switches") == most);
}

}  // namespace winnow::profiles
