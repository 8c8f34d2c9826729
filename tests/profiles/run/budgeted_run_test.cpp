#include <algorithm>
#include <filesystem>

#include "base/program_error.h"
#include "profiles/run/run.h"
#include "tests/catch.h"
#include "tests/profiles/run/run_plans.h"
#include "tests/scratch.h"
#include "tests/text.h"

using namespace winnow::profiles;

namespace {

RunPlan budgeted(const Scratch& scratch, double budget_s) {
  RunPlan plan = plan_of(scratch, {arm("pool"), arm("spawn")}, {Pass::time, Pass::cpu, Pass::sync});
  plan.iterations_per_block = 1;
  plan.twin = true;
  plan.samples = 5;
  plan.budget_s = budget_s;
  return plan;
}

size_t iterations_in(const Block& block) { return block.iteration_wall_ns.size(); }

}  // namespace

TEST_CASE("with a budget all blocks have as many iterations as the recording says") {
  const Scratch scratch;
  RunPlan plan = budgeted(scratch, 2);
  std::vector<Progress> told;
  plan.progress = [&](const Progress& progress) { told.push_back(progress); };
  const Recording recording = run(plan);
  CHECK(recording.status == RunStatus::complete);
  const auto iterations = static_cast<size_t>(recording.workload.iterations_per_block);
  CHECK(iterations >= 1);
  CHECK(recording.workload.blocks == plan.blocks);
  const auto timed = blocks_of(recording, Pass::time);
  CHECK(timed.size() == 2 * 3);  // two of each, and of the A/A arm: the first look is none of them
  for (const Block* block : timed) CHECK(iterations_in(*block) == iterations);
  const auto counted = blocks_of(recording, Pass::sync);
  CHECK(counted.size() == size_t{2} * 7);
  for (const Block* block : counted) CHECK(iterations_in(*block) == (iterations + 6) / 7);
  const auto sampled = blocks_of(recording, Pass::cpu);
  CHECK(sampled.size() >= 2);
  for (const Block* block : sampled)
    CHECK(iterations_in(*block) == iterations_in(*sampled.front()));
  CHECK_FALSE(std::filesystem::exists(scratch / "out/warm-up"));

  REQUIRE(told.size() >= 2);
  CHECK(has(told.front().text, "warm-up, "));
  CHECK(told.front().eta_s <= 2);
  for (const Progress& progress : told) CHECK(progress.eta_s >= 0);
  CHECK(told.back().eta_s == 0);
}

TEST_CASE("a budget that is too small gets the least plan, and one warning says so") {
  const Scratch scratch;
  const Recording recording = run(budgeted(scratch, 1e-6));
  CHECK(recording.status == RunStatus::complete);
  CHECK(recording.workload.iterations_per_block == 1);
  for (const Block& block : recording.blocks) CHECK(iterations_in(block) == 1);
  CHECK(blocks_of(recording, Pass::time).size() == 2 * 3);
  CHECK(blocks_of(recording, Pass::cpu).size() == 2);
  CHECK(blocks_of(recording, Pass::sync).size() == size_t{2} * 7);
  const auto of_budget = [](const std::string& warning) {
    return has(warning, "the budget is 0 s, and by an estimate from the first processes");
  };
  CHECK(std::ranges::count_if(recording.warnings, of_budget) == 1);
}

TEST_CASE(
    "what is left is told by the blocks so far where they take longer than the first process") {
  constexpr double kSleep_s = 0.3;
  const Scratch scratch;
  Arm slow = arm("pool");
  slow.command = {"sh", "-c",
                  "test -e '" + scratch / "seen" + "' && sleep 0.3; : > '" + scratch / "seen" +
                      "'; exec \"$0\" pool \"$1\"",
                  WORKLOAD_PROGRAM, "{iterations}"};
  RunPlan plan = plan_of(scratch, {slow}, {Pass::time});
  plan.iterations_per_block = 1;
  plan.blocks = 4;
  plan.budget_s = 0.5;
  std::vector<double> left_s;
  plan.progress = [&](const Progress& progress) {
    if (has(progress.text, "time pass")) left_s.push_back(progress.eta_s.value_or(-1));
  };
  REQUIRE(run(plan).status == RunStatus::complete);
  REQUIRE(left_s.size() >= 4);
  for (size_t block = 1; block < 4; ++block) {
    INFO(block);
    CHECK(left_s[block] >= kSleep_s * static_cast<double>(4 - block) * 0.99);
  }
}

TEST_CASE("a program whose first process fails ends a run with a budget in one line") {
  const Scratch scratch;
  RunPlan plan = budgeted(scratch, 60);
  plan.arms[1] = arm("exit3");
  plan.arms[1].variant.label = "Broken";
  CHECK_THROWS_AS(run(plan), winnow::base::ProgramError);
  CHECK_THROWS_WITH(run(plan), Catch::Matchers::StartsWith("Broken: exit status 3"));
  CHECK_FALSE(std::filesystem::exists(scratch / "out/recording.json"));
}
