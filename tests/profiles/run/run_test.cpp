#include "profiles/run/run.h"

#include <cstdlib>
#include <set>

#include "base/file.h"
#include "tests/catch.h"
#include "tests/profiles/run/run_plans.h"
#include "tests/scratch.h"

using namespace winnow::profiles;

TEST_CASE("two arms come in pairs of opposite order, by a coin that the seed decides") {
  std::set<std::string> orders;
  for (uint64_t seed = 0; seed < 6; ++seed) {
    const Scratch scratch;
    RunPlan plan = plan_of(scratch, {arm("silent", "A"), arm("silent", "B")}, {Pass::time});
    plan.blocks = 2;
    plan.seed = seed;
    const std::string order = order_of(run(plan));
    CHECK((order == "ABBA" || order == "BAAB"));
    CHECK(order_of(run(plan)) == order);
    orders.insert(order);
  }
  CHECK(orders.size() == 2);
}

TEST_CASE("three arms: in three rounds each stands once in every position") {
  const Scratch scratch;
  RunPlan plan =
      plan_of(scratch, {arm("spawn", "A"), arm("spawn", "B"), arm("spawn", "C")}, {Pass::time});
  plan.blocks = 3;
  plan.iterations_per_block = 1;
  const std::string order = order_of(run(plan));
  REQUIRE(order.size() == 9);
  for (size_t i = 0; i < 3; ++i) {
    const std::string row = order.substr(3 * i, 3);
    CHECK(std::set<char>(row.begin(), row.end()).size() == 3);
    CHECK(std::set<char>{order[i], order[3 + i], order[6 + i]}.size() == 3);
  }
}

TEST_CASE("the time pass ends when what it measured is enough") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("silent", "A"), arm("silent", "B")}, {Pass::time});
  plan.blocks = 10;
  plan.iterations_per_block = 1;
  for (Arm& arm : plan.arms) arm.command[1] = "pool";
  std::vector<size_t> asked;
  plan.enough = [&](const Recording& recording, double) {
    asked.push_back(recording.blocks.size());
    return recording.blocks.size() >= 6;
  };
  CHECK(run(plan).blocks.size() == 6);
  CHECK(asked == std::vector<size_t>{2, 4, 6});
}

TEST_CASE("a program with its own allocator has no heap profile, rather than an empty one") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool", "usual"), arm("pool", "own")}, {Pass::heap});
  plan.arms[1].command[0] = OWN_ALLOCATOR_PROGRAM;
  const Recording recording = run(plan);
  for (const Block& block : recording.blocks) CHECK(block.ok());
  CHECK(recording.profiles.at("usual").heap);
  CHECK_FALSE(recording.profiles.at("own").heap);
  REQUIRE(recording.missing.size() == 1);
  CHECK(recording.missing[0].variant == "own");
  CHECK(recording.missing[0].pass == Pass::heap);
  CHECK(recording.missing[0].reason == "its allocations do not go through the C library's malloc");
}

TEST_CASE("a program that allocates nothing has a heap profile of nothing") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("still")}, {Pass::time, Pass::heap});
  plan.iterations_per_block = 1;
  plan.arms[0].command.pop_back();  // one iteration, without being asked
  const Recording recording = run(plan);
  CHECK(recording.status == RunStatus::complete);
  CHECK(recording.missing.empty());
  REQUIRE(recording.profiles.at("still").heap);
  const HeapProfile& heap = *recording.profiles.at("still").heap;
  CHECK(heap.region_bytes == 0);
  CHECK(heap.exact_objects == 0);
}

TEST_CASE("iterations may take no time by their program's clock") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("instant")}, {Pass::time, Pass::sync});
  plan.iterations_per_block = 1;
  plan.arms[0].command.pop_back();
  const Recording recording = run(plan);
  CHECK(recording.status == RunStatus::complete);
  for (const Block& block : recording.blocks) {
    CHECK(block.failure == "");
    CHECK(block.iteration_wall_ns == std::vector<int64_t>{0});
  }
}

TEST_CASE("variables that tune a library do not reach a program of the contract, and are told") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool")}, {Pass::time});
  plan.blocks = 1;
  setenv("GOMP_SPINCOUNT", "7", 1);
  setenv("GLIBC_TUNABLES", "glibc.malloc.arena_max=1", 1);
  setenv("WINNOW_TEST_OF_OTHERS", "kept", 1);
  const Recording recording = run(plan);
  for (const char* name : {"GOMP_SPINCOUNT", "GLIBC_TUNABLES", "WINNOW_TEST_OF_OTHERS"})
    unsetenv(name);
  const std::string got = winnow::base::read_file(scratch / "out/raw/time/pool-0/environment.txt");
  CHECK(has(got, "WINNOW_TEST_OF_OTHERS=kept"));
  CHECK_FALSE(has(got, "GOMP_SPINCOUNT"));
  CHECK_FALSE(has(got, "GLIBC_TUNABLES"));
  REQUIRE(!recording.warnings.empty());
  CHECK(has(recording.warnings.front(), "not handed to the variants"));
  CHECK(has(recording.warnings.front(), "GOMP_SPINCOUNT=7"));
  CHECK(has(recording.warnings.front(), "GLIBC_TUNABLES=glibc.malloc.arena_max=1"));
}

TEST_CASE("a sampled pass runs every second round in the opposite order") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool", "A"), arm("pool", "B")}, {Pass::cpu});
  plan.iterations_per_block = 1;
  const std::string order = order_of(run(plan), Pass::cpu);
  REQUIRE(order.size() >= 4);
  CHECK(order.substr(0, 4) == "ABBA");
}

TEST_CASE("CPU times at the limit of their type are added without overflow") {
  const Scratch scratch;
  const Recording recording = run(plan_of(scratch, {arm("huge-times")}, {Pass::cpu}));
  REQUIRE(recording.profiles.at("huge-times").cpu);
  CHECK(*recording.profiles.at("huge-times").cpu->total_s > 1e10);
}
