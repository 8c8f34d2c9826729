#include "profiles/sweep/measurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>
#include <random>

#include "base/error.h"
#include "base/message.h"
#include "profiles/machine/competitors.h"
#include "profiles/machine/cpu_quota.h"
#include "profiles/process/block.h"
#include "profiles/program/program_block.h"
#include "profiles/recording/failure.h"

namespace winnow::profiles {
namespace {

constexpr int kPaddingLimit = 4096;
constexpr int kMaxCalibratedIterations = 300;
constexpr int kMaxBudgetRounds = 100;
constexpr int kHashedRounds = 2;  // an output that is another one in each of these tells nothing

std::string describe(const Condition& condition, const std::string& parameter) {
  std::string text = condition.mix;
  if (parameter != "threads")
    text += fmt::format(", {} {}", parameter.empty() ? "batch" : parameter, condition.batch);
  text += fmt::format(", {} thread{}", condition.threads, condition.threads == 1 ? "" : "s");
  if (condition.neighbours > 0)
    text += fmt::format(", {}{} neighbour{}", condition.neighbours,
                        condition.neighbours_pinned ? " pinned" : "",
                        condition.neighbours == 1 ? "" : "s");
  if (condition.cpu_quota) text += fmt::format(", quota of {:g} cores", *condition.cpu_quota);
  return text;
}

// Why a condition cannot be had here; empty: it can.
std::string why_unavailable(const Condition& condition) try {
  if (condition.cpu_quota) CpuQuota tried(*condition.cpu_quota);
  if (condition.neighbours > 0)
    Competitors tried(condition.neighbours, condition.neighbours_pinned);
  return "";
} catch (const base::Error& error) {
  return error.what();
}

size_t cell_of(Sweep& sweep, const std::string& variant, const Condition& condition) {
  const auto found =
      std::find_if(sweep.cells.begin(), sweep.cells.end(), [&](const SweepCell& cell) {
        return cell.variant == variant && cell.condition == condition;
      });
  if (found != sweep.cells.end()) return static_cast<size_t>(found - sweep.cells.begin());
  sweep.cells.push_back({variant, condition, {}, ""});
  return sweep.cells.size() - 1;
}

std::optional<int64_t> work_of(const Block& block, const std::string& name) {
  const auto found = block.work.find(name);
  return found == block.work.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

SweepMeasurement::SweepMeasurement(const SweepPlan& plan, const SweepFolder& folder, Sweep& sweep)
    : plan_(plan), folder_(folder), sweep_(sweep) {
  start_s_ = elapsed_s();
  for (const Condition& condition : plan.conditions) {
    const std::string why = why_unavailable(condition);
    CellGroup group{condition, {}};
    for (const Variant& variant : plan.variants) {
      group.cells.push_back(cell_of(sweep, variant.name, condition));
      sweep.cells[group.cells.back()].unavailable = why;
    }
    if (why.empty()) groups_.push_back(std::move(group));
  }
  for (const SweepCell& cell : sweep.cells)
    for (const SweepBlock& block : cell.blocks)
      next_order_ = std::max(next_order_, block.order + 1);
}

double SweepMeasurement::elapsed_s() const {
  if (plan_.clock_s) return plan_.clock_s() - start_s_;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count() - start_s_;
}

void SweepMeasurement::take() {
  take_hooks("setup", &Program::setup, plan_.stop);
  if (!plan_.budget_s) total_ = missing_blocks(plan_.blocks);
  take_planned_rounds(plan_.budget_s ? 1 : plan_.blocks);
  if (!plan_.budget_s) return;
  spend_budget();
  report_progress("");
}

// Whatever ended the sweep.
void SweepMeasurement::clean_up() { take_hooks("cleanup", &Program::cleanup, nullptr); }

// Of each program once, and where its text names the parameter or the threads once for each value.
void SweepMeasurement::take_hooks(const std::string& what, std::vector<std::string> Program::*hook,
                                  const std::atomic<bool>* stop) {
  if (!plan_.program) return;
  std::filesystem::create_directories(folder_.scratch());
  for (const Variant& variant : plan_.variants) {
    std::set<std::vector<std::string>> taken;
    for (const CellGroup& group : groups_) {
      Arm arm{variant, {}};
      arm.program = plan_.program(variant, group.condition);
      const std::vector<std::string>& command = (*arm.program).*hook;
      if (command.empty() || !taken.insert(command).second) continue;
      report_progress(fmt::format("{}, {}", what, variant.name));
      BlockPlan block;
      block.arm = &arm;
      block.time_limit_s = plan_.time_limit_s;
      block.stop = stop;
      run_hook(what, command, folder_.scratch() + "/hook.txt", block);
    }
  }
  folder_.clear_scratch();
}

int SweepMeasurement::missing_blocks(int rounds) const {
  int missing = 0;
  for (const CellGroup& group : groups_)
    for (const size_t cell : group.cells)
      if (!given_up(sweep_.cells[cell]))
        missing += std::max(0, rounds - static_cast<int>(sweep_.cells[cell].blocks.size()));
  return missing;
}

void SweepMeasurement::take_planned_rounds(int rounds) {
  int without_time = 0;
  for (int round = 0; round < rounds; ++round)
    for (size_t group = 0; group < groups_.size() && !stopped(); ++group)
      if (take_round(group, round) == Round::kNoTime) ++without_time;
  if (without_time > 0)
    sweep_.warnings.push_back(
        fmt::format("the time budget of {:g} s left {} of {} conditions without a single round",
                    *plan_.budget_s, without_time, groups_.size()));
}

// First every condition gets as many rounds as an interval needs; what is left goes where the
// uncertainty is largest, until no round fits.
void SweepMeasurement::spend_budget() {
  while (!stopped()) {
    std::optional<size_t> next = without_interval();
    if (!next) next = most_uncertain();
    if (!next) break;
    take_round(*next, *rounds_taken(sweep_, groups_[*next]));
  }
  if (!stopped()) warn_of_few_rounds();
}

// A condition that has too few rounds for an interval. While all can have enough, the one with the
// fewest, so that what the machine does meanwhile meets all alike; else the cheapest one, so that
// most have enough.
std::optional<size_t> SweepMeasurement::without_interval() const {
  struct Lacking {
    size_t group;
    int taken;
    double rest_s;
  };
  std::vector<Lacking> all;
  double rest_s = 0;
  for (size_t i = 0; i < groups_.size(); ++i) {
    const int taken = rounds_taken(sweep_, groups_[i]).value_or(0);
    if (taken == 0 || taken >= kRoundsOfInterval) continue;
    all.push_back({i, taken, (kRoundsOfInterval - taken) * round_s(groups_[i], taken)});
    rest_s += all.back().rest_s;
  }
  const bool all_fit = rest_s <= left_s();
  std::optional<Lacking> next;
  for (const Lacking& each : all)
    if (fits(groups_[each.group], each.taken) &&
        (!next || (all_fit ? each.taken < next->taken : each.rest_s < next->rest_s)))
      next = each;
  return next ? std::optional(next->group) : std::nullopt;
}

std::optional<size_t> SweepMeasurement::most_uncertain() const {
  std::optional<size_t> next;
  Uncertainty most;
  for (size_t i = 0; i < groups_.size(); ++i) {
    const auto taken = rounds_taken(sweep_, groups_[i]);
    if (!taken || *taken == 0 || *taken >= kMaxBudgetRounds || !fits(groups_[i], *taken)) continue;
    const Uncertainty here = uncertainty(sweep_, groups_[i]);
    if (next && here <= most) continue;
    next = i;
    most = here;
  }
  return next;
}

void SweepMeasurement::warn_of_few_rounds() {
  std::string few;
  for (const CellGroup& group : groups_) {
    const int taken = rounds_taken(sweep_, group).value_or(0);
    if (taken > 0 && taken < kRoundsOfInterval)
      few += fmt::format("{}{} ({})", few.empty() ? "" : "; ",
                         describe(group.condition, plan_.parameter), taken);
  }
  if (!few.empty())
    sweep_.warnings.push_back(
        fmt::format("the time budget of {:g} s leaves these with fewer than the {} rounds that an "
                    "interval needs: {}",
                    *plan_.budget_s, kRoundsOfInterval, few));
}

double SweepMeasurement::left_s() const { return *plan_.budget_s - elapsed_s(); }

// Of what the group lacks in this round, by what the cells' latest blocks took; a block that was
// never taken, as long as the others.
double SweepMeasurement::round_s(const CellGroup& group, int round) const {
  const double mean_s = done_ > 0 ? measured_s_ / done_ : 0;
  double needed_s = 0;
  for (const size_t cell : group.cells) {
    if (given_up(sweep_.cells[cell])) continue;
    if (static_cast<int>(sweep_.cells[cell].blocks.size()) > round) continue;
    const auto known = seconds_.find(cell);
    needed_s += known != seconds_.end() ? known->second : mean_s;
  }
  return needed_s;
}

bool SweepMeasurement::fits(const CellGroup& group, int round) const {
  return !plan_.budget_s || (left_s() > 0 && round_s(group, round) <= left_s());
}

// The cells that lack this round; after an interruption these may be some.
SweepMeasurement::Round SweepMeasurement::take_round(size_t index, int round) {
  const CellGroup& group = groups_[index];
  std::vector<size_t> lacking;
  for (const size_t cell : order_of_round(sweep_, group, round, plan_.seed))
    if (!given_up(sweep_.cells[cell]) &&
        static_cast<int>(sweep_.cells[cell].blocks.size()) <= round)
      lacking.push_back(cell);
  if (lacking.empty()) return Round::kNothingToDo;
  if (!fits(group, round)) return Round::kNoTime;
  const int iterations = iterations_of(group, round);
  for (const size_t cell : lacking) run_block(cell, round, iterations);
  return Round::kTaken;
}

// As many as in the blocks that there are.
int SweepMeasurement::iterations_of(const CellGroup& group, int round) {
  if (plan_.iterations_per_block > 0) return plan_.iterations_per_block;
  for (const size_t cell : group.cells)
    for (const SweepBlock& block : sweep_.cells[cell].blocks)
      if (block.ok()) return static_cast<int>(block.iteration_wall_ns.size());
  const auto known = iterations_.find(group.cells.front());
  if (known != iterations_.end()) return known->second;
  return iterations_[group.cells.front()] = calibrated(group, round);
}

// By one iteration of a variant whose threads persist, where there is one: the others may be much
// slower, and the fast ones would have blocks too short to tell them apart.
int SweepMeasurement::calibrated(const CellGroup& group, int round) {
  const auto& variants = plan_.variants;
  const auto persistent = std::find_if(variants.begin(), variants.end(),
                                       [](const Variant& v) { return v.persistent_threads; });
  const size_t chosen =
      persistent == variants.end() ? 0 : static_cast<size_t>(persistent - variants.begin());
  report_progress(fmt::format("{}, a first look", describe(group.condition, plan_.parameter)));
  const ChildResult result = measure(group.cells[chosen], round, 1);
  const auto& walls = result.block.iteration_wall_ns;
  if (!result.block.ok() || walls.empty()) return 1;
  const double wall_s = static_cast<double>(std::max<int64_t>(walls.front(), 1)) * 1e-9;
  const double wanted = std::clamp(plan_.region_s / wall_s, 1.0, double{kMaxCalibratedIterations});
  return static_cast<int>(std::lround(wanted));
}

void SweepMeasurement::run_block(size_t index, int round, int iterations) {
  if (stopped()) return;
  SweepCell& cell = sweep_.cells[index];
  report_progress(fmt::format("{}, {}, block {}", describe(cell.condition, plan_.parameter),
                              cell.variant, round + 1));
  const double begin_s = elapsed_s();
  warm_up(index, round);
  ChildResult result = measure(index, round, iterations);
  if (stopped() && !result.block.ok()) return;  // killed: not a finished block
  if (result.block.ok() && plan_.program) result.block.checksum = output_hash(index, round);
  add(cell, result);
  seconds_[index] = elapsed_s() - begin_s;
  measured_s_ += seconds_[index];
  ++done_;
  write_sweep(folder_.path(), sweep_);
  report_progress("");
}

const Variant& SweepMeasurement::variant_of(const SweepCell& cell) const {
  return *std::ranges::find(plan_.variants, cell.variant, &Variant::name);
}

// Of a program, before the first block that this process takes of a cell.
void SweepMeasurement::warm_up(size_t index, int round) {
  if (!plan_.program || !warm_.insert(index).second) return;
  const SweepCell& cell = sweep_.cells[index];
  const int runs = plan_.program(variant_of(cell), cell.condition).warmup;
  if (runs > 0) measure(index, round, runs);
}

// Of a run that is not timed: in one that is, the output goes nowhere.
std::string SweepMeasurement::output_hash(size_t cell, int round) {
  if (!plan_.compare_outputs || round >= kHashedRounds) return "";
  return measure(cell, round, 1, true).block.checksum;
}

// As it is when it first runs: a setup may have built it.
void SweepMeasurement::note_program(const ProgramWatch& watch, const std::string& name) {
  const auto variant = std::ranges::find(sweep_.variants, name, &Variant::name);
  if (!watch.program() || variant->program_file) return;
  variant->program_file = watch.program();
  if (!plan_.commit.empty()) variant->program_file->commit = plan_.commit;
}

ChildResult SweepMeasurement::measure(size_t index, int round, int iterations,
                                      bool hash_output) try {
  const SweepCell& cell = sweep_.cells[index];
  const Condition& condition = cell.condition;
  const Variant& variant = variant_of(cell);
  Arm arm{variant, plan_.command(variant, condition)};
  if (plan_.program) arm.program = plan_.program(variant, condition);
  ProgramWatch& watch =
      watches_.try_emplace(index, arm.command, arm.program ? arm.program->folder : "")
          .first->second;
  std::seed_seq mixed{static_cast<uint32_t>(plan_.seed), static_cast<uint32_t>(next_order_)};
  std::mt19937_64 random(mixed);

  std::optional<CpuQuota> quota;
  if (condition.cpu_quota) quota.emplace(*condition.cpu_quota);
  const Competitors neighbours(condition.neighbours, condition.neighbours_pinned);
  BlockPlan block;
  block.pass = Pass::time;
  block.arm = &arm;
  block.index = round;
  block.iterations = iterations;
  block.threads = condition.threads;
  block.items_per_iteration = condition.batch;
  block.time_limit_s = plan_.time_limit_s;
  block.stop = plan_.stop;
  block.folder = folder_.scratch();
  block.hash_output = hash_output;
  block.watch = &watch;
  block.padding_bytes = static_cast<int>(random() % kPaddingLimit);
  if (quota) block.control_group_file = quota->processes_file();
  ChildResult result = arm.program ? measure_program(block) : measure_block(block);
  folder_.clear_scratch();
  note_program(watch, cell.variant);
  change_ = watch.change();
  return result;
} catch (const std::exception& error) {
  ChildResult result;
  result.block.failure = fmt::format("not measured: {}", base::message_of(error));
  return result;
}

void SweepMeasurement::add(SweepCell& cell, const ChildResult& result) {
  const Block& from = result.block;
  SweepBlock block;
  block.order = next_order_++;
  block.failure = from.failure;
  block.stderr_tail = from.stderr_tail;
  block.iteration_wall_ns = from.iteration_wall_ns;
  if (from.region) block.cpu_ns = from.region->cpu_ns();
  block.tokens = work_of(from, "tokens");
  block.macs = work_of(from, "macs");
  block.isa = from.isa;
  block.checksum = from.checksum;
  cell.blocks.push_back(std::move(block));
  if (from.ok() && result.model) sweep_.model = result.model;
  if (given_up(cell))
    sweep_.warnings.push_back(fmt::format("{}: {}: given up after {} failures in a row: {}",
                                          describe(cell.condition, plan_.parameter), cell.variant,
                                          kFailuresToGiveUp, failure_words(from)));
}

// By what each cell's latest block took; of a cell that has none, as long as the longest.
std::optional<double> SweepMeasurement::estimated_s(int rounds) const {
  if (seconds_.empty()) return std::nullopt;
  double longest_s = 0, all_s = 0;
  for (const auto& [cell, cell_s] : seconds_) longest_s = std::max(longest_s, cell_s);
  for (const CellGroup& group : groups_)
    for (const size_t cell : group.cells) {
      const int taken = static_cast<int>(sweep_.cells[cell].blocks.size());
      if (given_up(sweep_.cells[cell]) || taken >= rounds) continue;
      const auto known = seconds_.find(cell);
      all_s += (rounds - taken) * (known != seconds_.end() ? known->second : longest_s);
    }
  return all_s;
}

void SweepMeasurement::report_progress(const std::string& text) const {
  if (!plan_.progress) return;
  Progress progress;
  progress.done = done_;
  progress.elapsed_s = elapsed_s();
  progress.total = total_ > 0 ? std::max(total_, done_) : 0;
  progress.eta_s = plan_.budget_s ? std::max(0.0, left_s()) : estimated_s(plan_.blocks);
  progress.text = text;
  plan_.progress(progress);
}

}  // namespace winnow::profiles
