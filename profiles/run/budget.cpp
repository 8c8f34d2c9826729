#include "profiles/run/budget.h"

#include <algorithm>
#include <cmath>

#include "profiles/recording/disturbance.h"

namespace winnow::profiles {
namespace {

constexpr int kMostIterations = 100'000;
constexpr int kMostHeapIterations = 2;  // every allocation is slow under the heap profiler
// Of a process's time limit: what an iteration takes under a profiler, and on a machine that
// becomes busy, is not known yet.
constexpr double kLimitShare = 0.25;
constexpr double kSampledShare = 0.25;          // for the sampled passes together, at most
constexpr int kCpuRounds = 4, kWallRounds = 2;  // for which it is to suffice

bool planned(const BudgetTask& task, Pass pass) {
  return std::ranges::count(task.passes, pass) > 0;
}

// One process of each arm.
ProcessCost sum_of(const std::vector<ProcessCost>& arms, bool persistent_only = false) {
  ProcessCost sum;
  for (const ProcessCost& arm : arms) {
    if (persistent_only && !arm.persistent) continue;
    sum.start_s += arm.start_s;
    sum.iteration_s += arm.iteration_s;
  }
  return sum;
}

// What fits besides the start, from 1 to `most`.
int iterations_in(double seconds, const ProcessCost& cost, int most) {
  const double fitting = (seconds - cost.start_s) / std::max(cost.iteration_s, 1e-9);
  return static_cast<int>(std::clamp(std::floor(fitting), 1.0, static_cast<double>(most)));
}

// Likewise rounds.
int rounds_in(double seconds, double round_s, int most) {
  return iterations_in(seconds, {.iteration_s = round_s}, most);
}

int most_in_a_process(const BudgetTask& task) {
  int most = kMostIterations;
  for (const ProcessCost& arm : task.arms)
    most = iterations_in(task.time_limit_s * kLimitShare, arm, most);
  return most;
}

// So many in each of a few rounds that the arm with the least CPU time has the samples.
int enough_for_samples(const BudgetTask& task) {
  const int most = most_in_a_process(task);
  double least_cpu_s = 0;
  for (const ProcessCost& arm : task.arms)
    if (arm.iteration_cpu_s > 0 && (least_cpu_s == 0 || arm.iteration_cpu_s < least_cpu_s))
      least_cpu_s = arm.iteration_cpu_s;
  if (least_cpu_s == 0) return most;
  const double wanted = static_cast<double>(task.samples) / kCpuRounds;
  return static_cast<int>(std::clamp(std::ceil(wanted / (task.samples_per_cpu_s * least_cpu_s)),
                                     1.0, static_cast<double>(most)));
}

double sampled_s(const BudgetTask& task, const PassPlan& plan) {
  return estimate_s(task, Pass::cpu, plan) + estimate_s(task, Pass::wall, plan);
}

double unsampled_s(const BudgetTask& task, const PassPlan& plan) {
  return estimate_s(task, plan) - sampled_s(task, plan);
}

PassPlan with_block(int iterations) {
  PassPlan plan;
  plan.block = iterations;
  plan.heap = std::min(iterations, kMostHeapIterations);
  return plan;
}

// What the sampled passes leave for the others, who may have to repeat some rounds.
double for_others_s(const BudgetTask& task, double seconds) {
  const PassPlan whole{
      .sampled = enough_for_samples(task), .cpu_rounds = kCpuRounds, .wall_rounds = kWallRounds};
  const double share_s = std::min(kSampledShare * seconds, sampled_s(task, whole));
  return seconds - std::max(share_s, sampled_s(task, PassPlan{}));
}

double with_repeated_s(const BudgetTask& task, const PassPlan& plan) {
  const bool timed = planned(task, Pass::time);
  return unsampled_s(task, plan) +
         (timed ? task.blocks / kRerunsOneOf * round_s(task, plan.block) : 0);
}

// The sampled passes' part of the plan, in what is left for them.
void fit_sampled(double seconds, const BudgetTask& task, PassPlan& plan) {
  const ProcessCost all = sum_of(task.arms);
  plan.sampled = iterations_in(seconds / (kCpuRounds + kWallRounds), all, enough_for_samples(task));
  const double cpu_round_s = estimate_s(task, Pass::cpu, plan);
  const double wall_round_s = estimate_s(task, Pass::wall, plan);
  plan.cpu_rounds = rounds_in(seconds - wall_round_s, cpu_round_s, kCpuRounds);
  plan.wall_rounds = rounds_in(seconds - plan.cpu_rounds * cpu_round_s, wall_round_s, kWallRounds);
}

}  // namespace

int shared_out(int iterations, int processes) { return (iterations + processes - 1) / processes; }

double process_s(const ProcessCost& cost, int iterations) {
  return cost.start_s + cost.iteration_s * iterations;
}

double round_s(const BudgetTask& task, int iterations) {
  const double arms_s = process_s(sum_of(task.arms), iterations);
  return arms_s + (task.twin ? process_s(task.arms.front(), iterations) : 0);
}

double estimate_s(const BudgetTask& task, Pass pass, const PassPlan& plan) {
  if (!planned(task, pass)) return 0;
  const ProcessCost all = sum_of(task.arms);
  switch (pass) {
    case Pass::time:
      return task.blocks * round_s(task, plan.block);
    case Pass::cpu:
      return plan.cpu_rounds * process_s(all, plan.sampled);
    case Pass::wall:
      return plan.wall_rounds * process_s(sum_of(task.arms, true), plan.sampled);
    case Pass::heap:
      return 2 * process_s(all, plan.heap);
    case Pass::sync:
      return task.sync_processes * process_s(all, shared_out(plan.block, task.sync_processes));
    default:
      return 0;
  }
}

double estimate_behind_s(const BudgetTask& task, Pass pass, const PassPlan& plan) {
  double sum_s = 0;
  const auto here = std::ranges::find(kPasses, pass);
  for (auto next = here == kPasses.end() ? here : here + 1; next != kPasses.end(); ++next)
    sum_s += estimate_s(task, *next, plan);
  return sum_s;
}

double estimate_s(const BudgetTask& task, const PassPlan& plan) {
  return estimate_s(task, kPasses.front(), plan) + estimate_behind_s(task, kPasses.front(), plan);
}

PassPlan fit_into(double seconds, const BudgetTask& task) {
  const double others_s = for_others_s(task, seconds);
  int fitting = 1, too_many = most_in_a_process(task) + 1;
  while (fitting + 1 < too_many) {
    const int middle = fitting + (too_many - fitting) / 2;
    (with_repeated_s(task, with_block(middle)) <= others_s ? fitting : too_many) = middle;
  }
  PassPlan plan = with_block(fitting);
  fit_sampled(seconds - with_repeated_s(task, plan), task, plan);
  return plan;
}

}  // namespace winnow::profiles
