#include "profiles/run/budget.h"

#include "profiles/recording/disturbance.h"
#include "tests/catch.h"

using namespace winnow::profiles;

namespace {

const std::vector<Pass> kAll{Pass::time, Pass::cpu, Pass::wall, Pass::heap, Pass::sync};

// Of one arm or of many, fast and slow, with and without what a pass needs.
std::vector<BudgetTask> budget_tasks() {
  std::vector<BudgetTask> tasks;
  for (const double start_s : {0.0, 0.05, 2.0, 20.0})
    for (const double iteration_s : {0.0005, 0.3, 1.5, 40.0})
      for (const size_t arms : {size_t{1}, size_t{2}, size_t{13}})
        for (const auto& passes : {kAll, {Pass::time}, {Pass::sync}, {Pass::cpu, Pass::heap}}) {
          BudgetTask task;
          task.arms.assign(arms, {start_s, iteration_s, 2 * iteration_s, true});
          task.arms.back() = {start_s / 2, iteration_s / 3, 0, false};
          task.twin = arms > 1;
          task.passes = passes;
          task.blocks = arms > 2 ? 12 : 10;
          task.sync_processes = 7;
          tasks.push_back(task);
        }
  return tasks;
}

constexpr double kBudgets_s[] = {0.001, 1, 5, 20, 60, 150, 151, 200, 600, 3600, 86400};
constexpr double kRounding_s = 1e-6;

std::string told(const BudgetTask& task, double budget_s) {
  return "start " + std::to_string(task.arms.front().start_s) + " s, iteration " +
         std::to_string(task.arms.front().iteration_s) + " s, " + std::to_string(task.arms.size()) +
         " arms, " + std::to_string(task.passes.size()) + " passes, budget " +
         std::to_string(budget_s) + " s";
}

// With what it may take to repeat disturbed rounds, and without what samples the program.
double others_s(const BudgetTask& task, const PassPlan& plan) {
  const bool timed = estimate_s(task, Pass::time, plan) > 0;
  return estimate_s(task, Pass::time, plan) + estimate_s(task, Pass::heap, plan) +
         estimate_s(task, Pass::sync, plan) +
         (timed ? task.blocks / kRerunsOneOf * round_s(task, plan.block) : 0);
}

}  // namespace

TEST_CASE("a pace is what processes took by what was told of them") {
  Pace pace;
  CHECK(pace.factor() == 1);
  pace.note(2, 4);
  CHECK(pace.factor() == 2);
  pace.note(2, 1);
  CHECK(pace.factor() == Approx(1.25));
}

TEST_CASE("a budget's plan is never below the least, and is the least where that does not fit") {
  for (const BudgetTask& task : budget_tasks())
    for (const double budget_s : kBudgets_s) {
      INFO(told(task, budget_s));
      const PassPlan plan = fit_into(budget_s, task);
      CHECK(std::min({plan.block, plan.sampled, plan.heap, plan.cpu_rounds, plan.wall_rounds}) >=
            1);
      CHECK(plan.heap <= 2);
      if (estimate_s(task, PassPlan{}) < budget_s) continue;
      CHECK(std::max({plan.block, plan.sampled, plan.heap}) == 1);
      CHECK(estimate_s(task, plan) <= estimate_s(task, PassPlan{}) + kRounding_s);
    }
}

TEST_CASE("all passes together fit into a budget that the least plan fits into") {
  for (const BudgetTask& task : budget_tasks())
    for (const double budget_s : kBudgets_s) {
      INFO(told(task, budget_s));
      if (estimate_s(task, PassPlan{}) > budget_s) continue;
      const PassPlan plan = fit_into(budget_s, task);
      CHECK(estimate_s(task, plan) <= budget_s + kRounding_s);
      if (plan.block > 1) CHECK(others_s(task, plan) <= budget_s + kRounding_s);
    }
}

TEST_CASE("a budget is used: one more iteration of a block would not fit") {
  for (const BudgetTask& task : budget_tasks())
    for (const double budget_s : kBudgets_s) {
      INFO(told(task, budget_s));
      const PassPlan plan = fit_into(budget_s, task);
      PassPlan next;
      next.block = plan.block + 1;
      next.heap = 2;
      const double longest_s =
          task.arms.front().start_s + next.block * task.arms.front().iteration_s;
      if (next.block > 100'000 || longest_s > task.time_limit_s / 4) continue;
      const double sampled_s =
          estimate_s(task, Pass::cpu, next) + estimate_s(task, Pass::wall, next);
      CHECK(others_s(task, next) + std::max(sampled_s, budget_s / 4) > budget_s);
    }
}

TEST_CASE("a larger budget never brings fewer iterations of a block") {
  for (const BudgetTask& task : budget_tasks()) {
    int before = 0;
    for (const double budget_s : kBudgets_s) {
      INFO(told(task, budget_s));
      const PassPlan plan = fit_into(budget_s, task);
      CHECK(plan.block >= before);
      before = plan.block;
    }
  }
}

TEST_CASE("a process of a long budget stays far from its time limit") {
  for (const BudgetTask& task : budget_tasks()) {
    INFO(told(task, 86400));
    const PassPlan plan = fit_into(86400, task);
    const ProcessCost& longest = task.arms.front();
    for (const int iterations : {plan.block, plan.sampled})
      CHECK((iterations == 1 ||
             longest.start_s + iterations * longest.iteration_s <= task.time_limit_s / 4));
  }
}

TEST_CASE("plans that a pencil can follow") {
  BudgetTask task;
  task.arms.assign(2, {1, 1, 2, true});
  task.twin = true;
  task.passes = {Pass::time};
  task.blocks = 10;
  // Two of ten rounds may be repeated: 12 rounds of 3 processes of 1 s + n x 1 s.
  CHECK(round_s(task, 3) == 12);
  CHECK(fit_into(143.9, task).block == 2);
  CHECK(fit_into(144.1, task).block == 3);
  CHECK(estimate_s(task, fit_into(144.1, task)) == 120);

  // The processes of a sync pass share a block's iterations, the time pass's part left away.
  task.passes = {Pass::sync};
  task.sync_processes = 7;
  CHECK(estimate_s(task, {.block = 7}) == 7 * 2 * (1 + 1));
  CHECK(estimate_s(task, {.block = 8}) == 7 * 2 * (1 + 2));
  CHECK(fit_into(28.1, task).block == 7);
  CHECK(fit_into(42.1, task).block == 14);

  // 1,000 samples at 100 a CPU second, of iterations of 2 CPU seconds: 5 iterations in 4 rounds.
  task.passes = {Pass::cpu};
  const PassPlan plan = fit_into(600, task);
  CHECK(plan.sampled == 2);
  CHECK(plan.cpu_rounds == 4);
  CHECK(estimate_s(task, Pass::cpu, plan) == 4 * 2 * (1 + 2));
  CHECK(estimate_behind_s(task, Pass::time, plan) == estimate_s(task, Pass::cpu, plan));
  CHECK(estimate_behind_s(task, Pass::cpu, plan) == 0);
}
