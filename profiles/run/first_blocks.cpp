#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/program_error.h"
#include "profiles/process/pass.h"
#include "profiles/process/program_file.h"
#include "profiles/program/program_block.h"
#include "profiles/recording/warnings.h"
#include "profiles/run/measurement.h"

// What a measurement does before its first recorded block: hooks, warm-up, and how much is measured
// in the time that there is.
namespace winnow::profiles {
namespace {

constexpr double kStart_s = 0.005;  // of a measured process: a guess, for the plan alone
constexpr int kStartRuns = 20;
constexpr double kTimePassShare = 0.5;  // of a budget
// A sampled pass of programs that hardly use the processor ends for its time, not for its samples:
// without a budget behind so many times the time pass, of at least these seconds.
constexpr double kSampledOfBlocks = 3, kLeastSampled_s = 10;

// Of a process that took so long in all.
ProcessCost process_cost(const Block& block, double whole_s) {
  const auto iterations = static_cast<double>(block.iteration_wall_ns.size());
  double all_s = 0;
  for (const int64_t wall_ns : block.iteration_wall_ns)
    all_s += static_cast<double>(wall_ns) * 1e-9;
  ProcessCost cost;
  cost.iteration_s = all_s / iterations;
  cost.start_s = std::max(0.0, whole_s - all_s);
  if (block.region) cost.iteration_cpu_s = block.region->cpu_s().value_or(0) / iterations;
  return cost;
}

}  // namespace

// What a program wants done once; what it says stays in raw/hooks/.
void Measurement::take_hooks(const std::string& what, std::vector<std::string> Program::*hook) {
  for (size_t arm : all_arms()) {
    const auto& program = arm_of(arm).program;
    if (!program || (*program.*hook).empty()) continue;
    report_progress(fmt::format("{}, {}", what, name_of(arm)));
    const std::filesystem::path logs = std::filesystem::path(folder_) / "raw/hooks";
    std::filesystem::create_directories(logs);
    const std::string log = (logs / fmt::format("{}-{}.txt", what, name_of(arm))).string();
    BlockPlan plan = block_plan(Pass::time, arm, 0, 1);
    if (hook == &Program::cleanup) plan.stop = nullptr;  // that is also for an interrupted run
    run_hook(what, *program.*hook, log, plan);
  }
}

// Which command is not there is told before the others have run. A hook may still make it.
void Measurement::check_commands() const {
  const auto makes = [](const Arm& arm) {
    return !arm.program->setup.empty() || !arm.program->prepare.empty() || arm.program->server;
  };
  if (std::ranges::any_of(plan_.arms, makes)) return;
  for (const Arm& arm : plan_.arms)
    if (!std::filesystem::exists(found_program(arm.command.front(), arm.program->folder)))
      throw base::ProgramError(arm.variant.label, "not started: No such file or directory", "");
}

// Not recorded, but how long a run takes decides about the plan.
void Measurement::warm_up() {
  if (plan_.of_programs()) return try_programs();
  if (plan_.budget_s > 0) plan_by_first_processes();
}

// One that does not end well ends the run, in one line: nothing of the kind could be measured.
Block Measurement::first_block(size_t arm, int iterations) {
  report_progress(fmt::format("warm-up, {}", name_of(arm)));
  BlockPlan plan = block_plan(Pass::time, arm, 0, iterations);
  plan.folder = folder_ + "/warm-up";
  Block block = (plan.arm->program ? measure_program(plan) : measure_block(plan)).block;
  std::filesystem::remove_all(plan.folder);
  if (stopped()) return block;
  if (const std::string& change = watch_of(arm).change(); !change.empty())
    throw base::Error("warm-up", change);
  if (!block.ok())
    throw base::ProgramError(arm_of(arm).variant.label, block.failure, block.stderr_tail);
  return block;
}

void Measurement::try_programs() {
  check_commands();
  double round_s = 0, starts_s = 0, shortest_s = kLeastBlock_s;
  for (size_t arm : all_arms()) {
    if (stopped()) return;
    const Block block = first_block(arm, std::max(1, arm_of(arm).program->warmup));
    if (stopped()) return;
    const double run_s = static_cast<double>(std::ranges::min(block.iteration_wall_ns)) * 1e-9;
    run_s_[arm] = run_s;
    const double times = arm == 0 && !recording_.twin.empty() ? 2 : 1;
    round_s += run_s * times;
    if (block.server) starts_s += static_cast<double>(block.server->ready_ns) * 1e-9 * times;
    shortest_s = std::min(shortest_s, run_s);
  }
  if (!recording_.start_cost && (shortest_s < kLeastBlock_s || plan_.iterations_per_block > 1))
    measure_start();
  choose_plan(round_s, starts_s, shortest_s);
}

void Measurement::plan_by_first_processes() {
  BudgetTask task;
  task.twin = !recording_.twin.empty();
  task.passes = plan_.passes;
  task.blocks = plan_.blocks;
  task.sync_processes = plan_.sync_processes;
  task.time_limit_s = plan_.time_limit_s;
  task.samples = plan_.samples;
  task.samples_per_cpu_s = cpu_samples_per_second(plan_.workload.threads);
  for (size_t arm : all_arms()) {
    if (stopped()) return;
    const double before_s = elapsed_s();
    const Block block = first_block(arm, 1);
    if (stopped()) return;
    task.arms.push_back(process_cost(block, elapsed_s() - before_s));
    task.arms.back().persistent = arm_of(arm).variant.persistent_threads;
  }
  const double left_s = plan_.budget_s - elapsed_s();
  passes_ = fit_into(left_s, task);
  if (goes_on_) passes_.block = recording_.workload.iterations_per_block;
  if (const double least_s = estimate_s(task, PassPlan{}); !goes_on_ && least_s > left_s)
    recording_.warnings.push_back(fmt::format(
        "the budget is {:.0f} s, and by an estimate from the first processes the run takes {:.0f} "
        "s at least: {} blocks of one iteration were planned all the same",
        plan_.budget_s, elapsed_s() + least_s, plan_.blocks));
  recording_.workload.iterations_per_block = passes_.block;
  budget_ = std::move(task);
}

// By the budget's estimates; before there are any, all that the budget leaves.
double Measurement::left_s() const {
  if (!budget_) return std::max(0.0, plan_.budget_s - elapsed_s());
  return std::max(0.0, pass_end_s_ - elapsed_s()) +
         estimate_behind_s(*budget_, pass_, passes_) * pace_.factor();
}

void Measurement::begin_pass(Pass pass) {
  pass_ = pass;
  if (!budget_) return;
  pass_left_s_ = estimate_s(*budget_, pass, passes_);
  pass_end_s_ = elapsed_s() + pass_left_s_ * pace_.factor();
}

// Behind each process, which was measured in so many seconds, or by an earlier run.
void Measurement::note_pace(size_t arm, int iterations, std::optional<double> taken_s) {
  if (!budget_) return;
  const double told_s = process_s(budget_->arms[arm < budget_->arms.size() ? arm : 0], iterations);
  if (taken_s) pace_.note(told_s, *taken_s);
  pass_left_s_ = std::max(0.0, pass_left_s_ - told_s);
  pass_end_s_ = elapsed_s() + pass_left_s_ * pace_.factor();
}

// Beside the passes that follow the time pass.
bool Measurement::fits_another_round() const {
  if (!budget_) return true;
  return elapsed_s() + round_s(*budget_, passes_.block) +
             estimate_behind_s(*budget_, Pass::time, passes_) <=
         plan_.budget_s;
}

// Of a process that does nothing, in the same way: what of a short command's time is its start.
void Measurement::measure_start() {
  Arm nothing;
  nothing.variant.name = "start";
  nothing.command = {"true"};
  nothing.program.emplace();
  BlockPlan plan = block_plan(Pass::time, 0, 0, kStartRuns);
  plan.arm = &nothing;
  plan.watch = nullptr;
  plan.folder = folder_ + "/warm-up";
  report_progress("start of an empty process");
  const Block block = measure_program(plan).block;
  std::filesystem::remove_all(plan.folder);
  if (stopped()) return;
  if (!block.ok())
    return warn_once(recording_,
                     "the start-up cost of an empty process was not measured: " + block.failure);
  std::vector<int64_t> times = block.iteration_wall_ns;
  std::ranges::sort(times);
  const auto at = [&](double share) {
    return times[static_cast<size_t>(share * static_cast<double>(times.size() - 1) + 0.5)];
  };
  recording_.start_cost = StartCost{"true", kStartRuns, at(0.25), at(0.5), at(0.75)};
}

// Of all arms, each of which takes its part of `round_s`.
int Measurement::blocks_in_budget(double round_s) const {
  const double fewest_s = plan_.fewest_blocks * round_s;
  if (fewest_s > plan_.budget_s)
    throw base::UsageError(
        "--budget",
        fmt::format("{:.3g} s is too short for a verdict, which takes at least {} blocks of each "
                    "command, about {:.3g} s: --budget {:.0f}s; or --no-verdict for durations "
                    "without a winner",
                    plan_.budget_s, plan_.fewest_blocks, fewest_s,
                    std::ceil(fewest_s / kTimePassShare)));
  return static_cast<int>(std::clamp(plan_.budget_s * kTimePassShare / round_s,
                                     static_cast<double>(plan_.fewest_blocks), 100'000.0));
}

void Measurement::choose_plan(double round_s, double starts_s, double shortest_s) {
  if (goes_on_)
    passes_.block = passes_.sampled = recording_.workload.iterations_per_block;
  else if (plan_.iterations_per_block == 0)
    passes_.block = passes_.sampled = static_cast<int>(
        std::clamp(std::ceil(kLeastBlock_s / std::max(shortest_s, 1e-6)), 1.0, 1000.0));
  // A run costs its start besides.
  const double all_s = (round_s + kStart_s * static_cast<double>(order_.arms())) *
                           static_cast<double>(passes_.block) +
                       starts_s;
  const bool by_budget = plan_.budget_s > 0;
  if (goes_on_)
    planned_blocks_ = recording_.workload.blocks;
  else if (by_budget)
    planned_blocks_ = blocks_in_budget(all_s);
  work_.limit_sampled_passes(
      by_budget ? std::min(plan_.budget_s * (1 - kTimePassShare), kSampledPassLimit_s)
                : std::clamp(kSampledOfBlocks * planned_blocks_ * all_s, kLeastSampled_s,
                             kSampledPassLimit_s));
  recording_.workload.iterations_per_block = passes_.block;
  recording_.workload.blocks = planned_blocks_;
  plan_work();
}

}  // namespace winnow::profiles
