#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "profiles/sweep/run.h"
#include "profiles/sweep/schedule.h"
#include "tests/catch.h"
#include "tests/profiles/processes.h"
#include "tests/scratch.h"
#include "tests/text.h"

using namespace winnow::profiles;
using winnow::base::Error;
using winnow::base::read_file;
using winnow::base::UsageError;

namespace fs = std::filesystem;

namespace {

// Conditions differ in their mix: the measured program says that it ran 5 texts on 2 threads.
SweepPlan plan_of(const Scratch& scratch, const std::vector<std::string>& modes, int conditions) {
  SweepPlan plan;
  plan.name = "test";
  for (const std::string& mode : modes) {
    Variant variant;
    variant.name = mode;
    plan.variants.push_back(variant);
  }
  for (int i = 0; i < conditions; ++i) {
    const std::string mix = "mix" + std::to_string(i);
    plan.mixes.push_back({mix, ""});
    plan.conditions.push_back({5, 2, mix, 0, false, {}});
  }
  plan.command = [](const Variant& variant, const Condition&) {
    return std::vector<std::string>{WORKLOAD_PROGRAM, variant.name, "{iterations}"};
  };
  plan.blocks = 2;
  plan.iterations_per_block = 1;
  plan.time_limit_s = 60;
  plan.out_dir = scratch / "out";
  plan.winnow_version = "1";
  return plan;
}

struct Taken {
  int64_t order;
  std::string variant, mix;
  bool operator<(const Taken& other) const { return order < other.order; }
};

std::vector<Taken> in_order(const Sweep& sweep) {
  std::vector<Taken> taken;
  for (const SweepCell& cell : sweep.cells)
    for (const SweepBlock& block : cell.blocks)
      taken.push_back({block.order, cell.variant, cell.condition.mix});
  std::sort(taken.begin(), taken.end());
  return taken;
}

int block_count(const Sweep& sweep) { return static_cast<int>(in_order(sweep).size()); }

// A clock on which every process takes one second.
struct FakeClock {
  double now_s = 0;
  void drive(SweepPlan& plan) {
    plan.clock_s = [this] { return now_s; };
    plan.command = [this, command = plan.command](const Variant& variant, const Condition& at) {
      now_s += 1;
      return command(variant, at);
    };
  }
};

}  // namespace

TEST_CASE("a sweep: rounds of conditions, within each every variant, odd rounds reversed") {
  const Scratch scratch;
  SweepPlan plan = plan_of(scratch, {"pool", "spawn", "fork"}, 2);
  plan.seed = 7;
  const Sweep sweep = run_sweep(plan);
  CHECK(sweep.status == RunStatus::complete);
  const std::vector<Taken> taken = in_order(sweep);
  REQUIRE(taken.size() == 12);
  std::map<std::string, std::vector<std::string>> orders;  // by mix
  for (size_t i = 0; i < taken.size(); ++i) {
    CHECK(taken[i].order == static_cast<int64_t>(i));
    CHECK(taken[i].mix == "mix" + std::to_string(i / 3 % 2));
    orders[taken[i].mix].push_back(taken[i].variant);
  }
  for (auto& [mix, order] : orders) {
    CHECK(std::equal(order.begin(), order.begin() + 3, order.rbegin()));
    CHECK(std::set<std::string>(order.begin(), order.begin() + 3).size() == 3);
  }
  for (const SweepCell& cell : sweep.cells) {
    REQUIRE(cell.blocks.size() == 2);
    CHECK(cell.blocks[0].ok());
    CHECK(cell.blocks[0].tokens == 7);
    CHECK(cell.blocks[0].checksum == "abc");
    CHECK(cell.blocks[0].cpu_ns.has_value());
    CHECK_FALSE(cell.blocks[0].macs.has_value());
  }
  const Sweep read = read_sweep(plan.out_dir);
  CHECK(block_count(read) == 12);
  CHECK(std::distance(fs::directory_iterator(plan.out_dir), {}) == 1);
}

TEST_CASE("the seed decides the order of a sweep") {
  std::set<std::string> orders;
  for (uint64_t seed = 0; seed < 8; ++seed) {
    const Scratch scratch;
    SweepPlan plan = plan_of(scratch, {"pool", "spawn"}, 1);
    plan.blocks = 1;
    plan.seed = seed;
    orders.insert(in_order(run_sweep(plan))[0].variant);
  }
  CHECK(orders.size() == 2);
}

TEST_CASE("iterations are as many for all variants of a condition as fill the region") {
  const Scratch scratch;
  SweepPlan plan = plan_of(scratch, {"pool", "spawn"}, 1);
  plan.iterations_per_block = 0;
  plan.region_s = 1e-9;
  for (const SweepCell& cell : run_sweep(plan).cells)
    for (const SweepBlock& block : cell.blocks) CHECK(block.iteration_wall_ns.size() == 1);
  plan.region_s = 0.1;
  plan.blocks = 1;
  plan.force = true;
  const Sweep sweep = run_sweep(plan);
  CHECK(sweep.cells[0].blocks.at(0).iteration_wall_ns.size() ==
        sweep.cells[1].blocks.at(0).iteration_wall_ns.size());
}

TEST_CASE("an interrupted sweep keeps every finished block and goes on with those it lacks") {
  const Scratch scratch;
  SweepPlan plan = plan_of(scratch, {"pool", "spawn"}, 3);
  plan.seed = 3;
  std::atomic<bool> stop{false};
  plan.stop = &stop;
  plan.progress = [&](const Progress& progress) { stop = stop || progress.done == 5; };
  const Sweep first = run_sweep(plan);
  CHECK(first.status == RunStatus::interrupted);
  CHECK(block_count(first) == 5);
  CHECK(read_sweep(plan.out_dir).status == RunStatus::interrupted);

  stop = false;
  plan.progress = nullptr;
  const Sweep whole = run_sweep(plan);
  CHECK(whole.status == RunStatus::complete);
  CHECK(block_count(whole) == 12);
  CHECK(whole.created == first.created);
  for (size_t i = 0; i < first.cells.size(); ++i) {
    CHECK(whole.cells[i].blocks.size() == 2);
    for (size_t k = 0; k < first.cells[i].blocks.size(); ++k)
      CHECK(whole.cells[i].blocks[k].iteration_wall_ns ==
            first.cells[i].blocks[k].iteration_wall_ns);
  }
  const std::vector<Taken> taken = in_order(whole);
  for (size_t i = 0; i < taken.size(); ++i) CHECK(taken[i].order == static_cast<int64_t>(i));
}

TEST_CASE("a harness that is killed loses at most the block that ran, and leaves nothing running") {
  const Scratch scratch;
  SweepPlan plan = plan_of(scratch, {"pool"}, 3);
  plan.conditions[2].neighbours = 2;
  const std::string pid_file = plan.out_dir + "/.block/raw/time/pool-0/pid.txt";
  const pid_t harness = fork();
  if (harness == 0) {
    plan.command = [](const Variant&, const Condition& at) {
      return std::vector<std::string>{WORKLOAD_PROGRAM, at.neighbours > 0 ? "hang" : "pool", "1"};
    };
    run_sweep(plan);
    _exit(0);
  }
  // The last condition hangs beside its neighbours.
  std::string pid;
  for (int i = 0; i < 2000 && pid.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (!fs::exists(plan.out_dir + "/sweep.json")) continue;
    if (block_count(read_sweep(plan.out_dir)) == 2 && fs::exists(pid_file))
      pid = read_file(pid_file);
  }
  REQUIRE_FALSE(pid.empty());
  const Sweep before = read_sweep(plan.out_dir);
  kill(harness, SIGKILL);
  waitpid(harness, nullptr, 0);
  // Its own children of the hanging program are orphans that only the group's number finds.
  kill(-std::stoi(pid), SIGKILL);

  const Sweep after = run_sweep(plan);
  CHECK(after.status == RunStatus::complete);
  CHECK(block_count(after) == 6);
  for (size_t i = 0; i < 2; ++i)
    CHECK(after.cells[i].blocks[0].iteration_wall_ns ==
          before.cells[i].blocks[0].iteration_wall_ns);
}

TEST_CASE("another sweep in the folder is refused unless forced, a finished one unless resumed") {
  const Scratch scratch;
  SweepPlan plan = plan_of(scratch, {"pool"}, 1);
  plan.model = Model{"", "a.gguf", 100, {}};
  plan.files = {{"scenarios/mix0.toml", "texts"}};
  plan.blocks = 1;
  run_sweep(plan);
  CHECK(read_file(plan.out_dir + "/scenarios/mix0.toml") == "texts");
  const std::string kept = read_file(plan.out_dir + "/sweep.json");
  CHECK_THROWS_AS(run_sweep(plan), UsageError);

  plan.resume = true;
  const auto problem_of = [](const SweepPlan& other) -> std::string {
    try {
      run_sweep(other);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "none";
  };
  SweepPlan other = plan;
  other.name = "other";
  CHECK(has(problem_of(other), "another sweep (scenario test instead of other)"));
  other = plan;
  other.winnow_version = "2";
  CHECK(has(problem_of(other), "(version 1 instead of 2)"));
  other = plan;
  other.model->file = "b.gguf";
  CHECK(has(problem_of(other), "(model a.gguf instead of b.gguf)"));
  other = plan;
  other.model->size_bytes = 101;
  CHECK(has(problem_of(other), "(a file a.gguf of another size)"));
  other = plan;
  other.files[0].second = "other texts";
  CHECK(has(problem_of(other), "(another content of scenarios/mix0.toml)"));
  other = plan;
  other.iterations_per_block = 2;
  CHECK(has(problem_of(other), "(iterations: 1 instead of 2)"));
  other = plan;
  other.isa = "scalar";
  CHECK(has(problem_of(other), "(instruction set none instead of scalar)"));
  CHECK(read_file(plan.out_dir + "/sweep.json") == kept);

  plan.blocks = 3;
  plan.mixes.push_back({"more", ""});
  plan.conditions.push_back({5, 2, "more", 0, false, {}});
  CHECK(block_count(run_sweep(plan)) == 6);
  other.resume = false;
  other.force = true;
  other.isa = "";
  CHECK(block_count(run_sweep(other)) == 1);
}

TEST_CASE("a folder with other things is refused and left alone") {
  const Scratch scratch;
  const SweepPlan plan = plan_of(scratch, {"pool"}, 1);
  fs::create_directory(plan.out_dir);
  winnow::base::write_file(plan.out_dir + "/thesis.txt", "years");
  CHECK_THROWS_AS(run_sweep(plan), UsageError);
  CHECK(std::distance(fs::directory_iterator(plan.out_dir), {}) == 1);
  CHECK(read_file(plan.out_dir + "/thesis.txt") == "years");
}

TEST_CASE("a budget: one round of everything, then as many rounds as fit") {
  unsetenv("MALLOC_PERTURB_");  // meson test sets it, which would be told
  const Scratch scratch;
  SweepPlan plan = plan_of(scratch, {"pool", "spawn"}, 3);
  FakeClock clock;
  clock.drive(plan);
  SECTION("two rounds more") {
    plan.budget_s = 10;
    const Sweep sweep = run_sweep(plan);
    CHECK(sweep.status == RunStatus::complete);
    CHECK(clock.now_s == 10);
    CHECK(block_count(sweep) == 10);
    REQUIRE(sweep.warnings.size() == 1);
    CHECK(
        has(sweep.warnings[0], "with fewer than the 6 rounds that an interval needs: mix0, batch"));
    for (size_t i = 0; i < sweep.cells.size(); i += 2)
      CHECK(sweep.cells[i].blocks.size() == sweep.cells[i + 1].blocks.size());
  }
  SECTION("what does not fit is told") {
    plan.budget_s = 3;
    const Sweep sweep = run_sweep(plan);
    CHECK(sweep.status == RunStatus::incomplete);
    CHECK(block_count(sweep) == 2);
    REQUIRE(sweep.warnings.size() == 2);
    CHECK(sweep.warnings[0] ==
          "the time budget of 3 s left 2 of 3 conditions without a single round");
  }
  SECTION("all conditions have the rounds of an interval before one has more") {
    plan.budget_s = 40;
    const Sweep sweep = run_sweep(plan);
    CHECK(block_count(sweep) == 40);
    for (const SweepCell& cell : sweep.cells) CHECK(cell.blocks.size() >= kRoundsOfInterval);
    CHECK(sweep.warnings.empty());
  }
  SECTION("where not all can have them, most have") {
    plan.budget_s = 20;
    const Sweep sweep = run_sweep(plan);
    CHECK(block_count(sweep) == 20);
    CHECK(sweep.cells[0].blocks.size() == kRoundsOfInterval);
    CHECK(sweep.cells[2].blocks.size() == 3);
    REQUIRE(sweep.warnings.size() == 1);
    CHECK(has(sweep.warnings[0],
              "needs: mix1, batch 5, 2 threads (3); mix2, batch 5, 2 threads (1)"));
  }
  SECTION("its progress knows no total, and its time runs down") {
    std::vector<Progress> seen;
    plan.progress = [&](const Progress& progress) { seen.push_back(progress); };
    plan.budget_s = 20;
    run_sweep(plan);
    REQUIRE(seen.size() > 20);
    for (size_t i = 0; i < seen.size(); ++i) {
      CHECK(seen[i].total == 0);
      CHECK(*seen[i].eta_s <= (i == 0 ? 20 : *seen[i - 1].eta_s));
    }
    CHECK(seen.back().text.empty());
  }
  SECTION("another budget goes on where the first one ended") {
    plan.budget_s = 3;
    run_sweep(plan);
    clock.now_s = 0;
    plan.budget_s = 4;
    const Sweep sweep = run_sweep(plan);
    CHECK(block_count(sweep) == 6);
    CHECK(sweep.status == RunStatus::complete);
  }
}

TEST_CASE("a variant that fails twice in a row is given up, and the sweep goes on") {
  const Scratch scratch;
  SweepPlan plan = plan_of(scratch, {"pool", "crash"}, 1);
  plan.blocks = 4;
  const Sweep sweep = run_sweep(plan);
  CHECK(sweep.status == RunStatus::incomplete);
  CHECK(sweep.cells[0].blocks.size() == 4);
  REQUIRE(sweep.cells[1].blocks.size() == 2);
  CHECK(has(sweep.cells[1].blocks[0].failure, "signal 11"));
  CHECK(has(sweep.cells[1].blocks[0].stderr_tail, "about to crash"));
  REQUIRE(sweep.warnings.size() == 1);
  CHECK(has(sweep.warnings[0], "crash: given up after 2 failures in a row"));
}

TEST_CASE("progress tells the blocks that are done of those planned") {
  const Scratch scratch;
  SweepPlan plan = plan_of(scratch, {"pool", "spawn"}, 2);
  std::vector<Progress> seen;
  plan.progress = [&](const Progress& progress) { seen.push_back(progress); };
  run_sweep(plan);
  REQUIRE(seen.size() == 16);
  CHECK(seen.front().done == 0);
  for (const Progress& progress : seen) CHECK(progress.total == 8);
  CHECK(seen.back().done == 8);
  CHECK(has(seen.front().text, "mix0, batch 5, 2 threads, "));
}

TEST_CASE("a plan that cannot be run is refused before anything is written") {
  const Scratch scratch;
  const SweepPlan good = plan_of(scratch, {"pool"}, 2);
  std::vector<SweepPlan> plans(9, good);
  plans[0].variants.clear();
  plans[1].variants.push_back(good.variants[0]);
  plans[2].variants[0].name = "../up";
  plans[3].conditions.clear();
  plans[4].conditions.push_back(good.conditions[0]);
  plans[5].conditions[0].mix = "unknown";
  plans[6].blocks = 0;
  plans[7].budget_s = 0;
  plans[8].conditions[0].neighbours = 100'000;
  for (const SweepPlan& plan : plans) CHECK_THROWS_AS(run_sweep(plan), UsageError);
  CHECK(fs::is_empty(scratch.path()));
}

TEST_CASE("a sweep.json that is damaged or hostile is one error") {
  const Scratch scratch;
  SweepPlan plan = plan_of(scratch, {"pool"}, 1);
  run_sweep(plan);
  const std::string good = read_file(plan.out_dir + "/sweep.json");
  struct Row {
    std::string what, by, problem;
  };
  const Row rows[] = {
      {"\"schema\":2", "\"schema\":3", "schema 3 is newer"},
      {"\"schema\":2", "\"plan\":1", "not a sweep: it has no schema"},
      {"\"status\":\"ok\"", "\"status\":3", "expected a string"},
      {"\"order\":0", "\"order\":-1", "expected a non-negative integer"},
      {"\"order\":0", "\"order\":1e400", "a number is out of range"},
      {"\"batch\":5", "\"batch\":0", "cells[0]: expected a batch and threads of at least 1"},
      {"\"variant\":\"pool\"", "\"variant\":\"x\"", "cells[0]: a variant that is not listed"},
      {"\"mix\":\"mix0\"", "\"mix\":\"x\"", "cells[0]: a mix that is not listed"},
      {"\"cells\"", "\"sells\"", "cells is missing"},
      {"\"cells\":[", "\"cells\":[" + std::string(100'000, '['), "nested too deeply"},
      {"\"cells\":[", "\"cells\":", "not JSON"},
  };
  for (const Row& row : rows) {
    INFO(row.by.substr(0, 50));
    std::string bad = good;
    const size_t at = bad.find(row.what);
    REQUIRE(at != std::string::npos);
    winnow::base::write_file(plan.out_dir + "/sweep.json",
                             bad.replace(at, row.what.size(), row.by));
    try {
      read_sweep(plan.out_dir);
      CHECK(row.problem == "no error");
    } catch (const Error& error) {
      INFO(error.what());
      CHECK(has(error.what(), row.problem));
    }
    CHECK_THROWS_AS(run_sweep(plan), Error);
  }
  for (size_t size = 0; size < good.size() - 2; size += 37) {
    winnow::base::write_file(plan.out_dir + "/sweep.json", good.substr(0, size));
    CHECK_THROWS_AS(read_sweep(plan.out_dir), Error);
  }
  plan.force = true;
  CHECK(run_sweep(plan).status == RunStatus::complete);
}
