#include "reports/sweep/cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "profiles/recording/failure.h"
#include "reports/recorded/measured.h"
#include "reports/statistics/median.h"
#include "reports/sweep/same_outputs.h"

namespace winnow::reports {

using profiles::Condition;
using profiles::Sweep;
using profiles::SweepBlock;
using profiles::SweepCell;

namespace {

const std::string kThreads = "threads";  // Sweep::parameter

bool is_good(const SweepBlock& block) { return block.ok() && !block.iteration_wall_ns.empty(); }

// The block's median iteration; 0 when it has none.
double block_seconds(const SweepBlock& block) {
  if (!is_good(block)) return 0;
  std::vector<double> seconds;
  for (int64_t wall_ns : block.iteration_wall_ns)
    seconds.push_back(static_cast<double>(wall_ns) * 1e-9);
  return std::max(0.0, median(std::move(seconds)));
}

// "2 of 8 blocks failed: signal 11"; empty: none.
std::string failed_blocks(const SweepCell& cell) {
  size_t failed = 0;
  std::set<std::string> failures;
  for (const SweepBlock& block : cell.blocks) {
    if (block.ok()) continue;
    ++failed;
    failures.insert(profiles::failure_words(block.failure, block.stderr_tail));
  }
  if (failed == 0) return "";
  return fmt::format("{} of {} blocks failed: {}", failed, cell.blocks.size(),
                     fmt::join(failures, ", "));
}

std::vector<int> axis(const std::vector<const SweepCell*>& cells, const std::string& mix,
                      int Condition::*point, int Condition::*fixed, int value) {
  std::set<int> points;
  for (const SweepCell* cell : cells)
    if (cell->condition.mix == mix && !is_disturbed(cell->condition) &&
        (!fixed || cell->condition.*fixed == value))
      points.insert(cell->condition.*point);
  return {points.begin(), points.end()};
}

std::vector<double> positive(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !(value > 0) || !std::isfinite(value); });
  return values;
}

Estimate median_estimate(const std::vector<double>& values) {
  const MedianInterval middle = median_interval(values);
  return {middle.median, middle.low, middle.high, static_cast<int>(values.size()), ""};
}

double an_iteration(int64_t count, const SweepBlock& block) {
  return static_cast<double>(count) / static_cast<double>(block.iteration_wall_ns.size());
}

// What two blocks of the same texts did differently; empty: nothing that both recorded.
std::string difference(const SweepBlock& first, const SweepBlock& second) {
  if (first.isa != second.isa) return "instruction sets differ";
  if (first.tokens && second.tokens &&
      an_iteration(*first.tokens, first) != an_iteration(*second.tokens, second))
    return "tokens an iteration differ";
  if (first.macs && second.macs &&
      an_iteration(*first.macs, first) != an_iteration(*second.macs, second))
    return "multiply-accumulates an iteration differ";
  if (!first.checksum.empty() && !second.checksum.empty() && first.checksum != second.checksum)
    return "output checksums differ";
  return "";
}

bool comparable(const SweepBlock& first, const SweepBlock& second) {
  return (first.tokens && second.tokens) || (first.macs && second.macs) ||
         (!first.checksum.empty() && !second.checksum.empty());
}

}  // namespace

bool is_disturbed(const Condition& condition) {
  return condition.neighbours > 0 || condition.cpu_quota.has_value();
}

std::string disturbance_words(const Condition& condition) {
  std::string words;
  if (condition.neighbours > 0)
    words = count_of(condition.neighbours,
                     condition.neighbours_pinned ? "pinned neighbour" : "neighbour");
  if (condition.cpu_quota)
    words +=
        fmt::format("{}CPU time of {:.3g} cores", words.empty() ? "" : ", ", *condition.cpu_quota);
  return words;
}

std::string SweepWords::mix(const std::string& name) const {
  return programs ? name : "mix " + name;
}

std::string SweepWords::range(int from, int to) const {
  const std::string of = programs ? parameter : "batches of";
  return from == to ? fmt::format("{} {}", of, from) : fmt::format("{} {} to {}", of, from, to);
}

SweepWords words_of(const Sweep& sweep) {
  SweepWords words;
  if (sweep.parameter.empty()) return words;
  words.programs = true;
  // Of programs that are not asked to have several nobody knows how many they have.
  words.threads = std::ranges::any_of(sweep.cells, [&](const SweepCell& cell) {
    return cell.condition.threads != sweep.cells.front().condition.threads;
  });
  words.variant = "program";
  words.parameter = words.parameter_title = sweep.parameter;
  words.parameters = words.parameter_label = sweep.parameter;
  words.rate = "runs/s";
  words.time = "Time";
  words.time_unit = "ms a run";
  return words;
}

Condition condition_at(const SweepGrid& grid, int point) {
  Condition condition;
  condition.mix = grid.mix;
  condition.batch = grid.batch > 0 ? grid.batch : point;
  condition.threads = grid.batch > 0 ? point : grid.threads;
  return condition;
}

std::string condition_words(const Condition& condition, const SweepWords& words) {
  const std::string disturbance = disturbance_words(condition);
  std::string text = words.mix(condition.mix);
  if (words.parameter != kThreads) text += fmt::format(", {} {}", words.parameter, condition.batch);
  if (words.threads) text += ", " + count_of(condition.threads, "thread");
  return text + (disturbance.empty() ? "" : ", ") + disturbance;
}

Estimate unavailable_estimate(const std::string& reason) {
  Estimate estimate;
  estimate.reason = reason;
  return estimate;
}

Estimate estimate_of(const PairedRatio& ratio) {
  Estimate estimate{ratio.ratio, ratio.low, ratio.high, ratio.pairs, ""};
  if (!ratio.ratio) estimate.reason = "no pair of blocks";
  return estimate;
}

SweepCells::SweepCells(const Sweep& sweep)
    : mixes_(sweep.mixes), words_(words_of(sweep)), cores_(std::max(0, sweep.cores)) {
  add_variants(sweep);
  add_cells(sweep);
  words_.programs ? check_same_outputs() : check_same_work();
}

void SweepCells::add_variants(const Sweep& sweep) {
  std::set<std::string> names, mixes;
  for (const auto& variant : sweep.variants)
    if (names.insert(variant.name).second) variants_.push_back(variant);
  for (const auto& mix : sweep.mixes) mixes.insert(mix.name);
  for (const SweepCell& cell : sweep.cells) {
    if (names.insert(cell.variant).second) {
      profiles::Variant variant;
      variant.name = cell.variant;
      variants_.push_back(variant);
    }
    if (mixes.insert(cell.condition.mix).second) mixes_.push_back({cell.condition.mix, ""});
  }
  profiles::Recording recording;
  recording.variants = variants_;
  labels_ = Measured(std::move(recording)).labels();
}

void SweepCells::add_cells(const Sweep& sweep) {
  for (const SweepCell& cell : sweep.cells) {
    const bool is_new = by_key_.emplace(key(cell.variant, cell.condition), &cell).second;
    if (is_new) cells_.push_back(&cell);
    const std::string where =
        fmt::format("{}, {}", label(cell.variant), condition_words(cell.condition, words_));
    if (!is_new)
      warnings_.push_back(where + ": the cell is there twice; the first one is shown");
    else if (const std::string failures = failed_blocks(cell); !failures.empty())
      warnings_.push_back(fmt::format("{}: {}", where, failures));
  }
}

// Scheduling must change neither the work nor its result.
void SweepCells::check_same_work() {
  std::map<std::tuple<std::string, int, int>, const SweepBlock*> examples;
  for (const SweepCell* cell : cells_) {
    const std::tuple texts{cell->condition.mix, cell->condition.batch, 0};
    for (const SweepBlock& block : cell->blocks) {
      if (!is_good(block)) continue;
      const auto [example, first] = examples.emplace(texts, &block);
      std::string& reason = void_[texts];
      if (!reason.empty()) continue;
      const std::string what = difference(*example->second, block);
      if (!what.empty())
        reason = fmt::format("the work is not the same: {} ({}, {})", what, label(cell->variant),
                             condition_words(cell->condition, words_));
      else if (!comparable(*example->second, block))
        reason = fmt::format(
            "same work unproven: no work counter or output checksum that all blocks recorded "
            "({}, {})",
            label(cell->variant), condition_words(cell->condition, words_));
    }
  }
  for (const auto& [texts, reason] : void_)
    if (!reason.empty())
      warnings_.push_back(fmt::format("mix {}, batch {}: comparison void: {}", std::get<0>(texts),
                                      std::get<1>(texts), reason));
}

void SweepCells::check_same_outputs() {
  std::vector<std::string> names;
  for (const auto& variant : variants_) names.push_back(variant.name);
  SameOutputs same = same_outputs(cells_, names, labels_);
  void_ = std::move(same.differences);
  same_work_words_ = std::move(same.words);
  for (const auto& [where, reason] : void_) {
    Condition at;
    std::tie(at.mix, at.batch, at.threads) = where;
    warnings_.push_back(
        fmt::format("{}: comparison void: {}", condition_words(at, words_), reason));
  }
}

std::string SweepCells::label(const std::string& variant) const {
  const auto found = std::ranges::find(variants_, variant, &profiles::Variant::name);
  return found == variants_.end() ? variant : labels_[found - variants_.begin()];
}

SweepCells::Key SweepCells::key(const std::string& variant, const Condition& condition) {
  return {variant,
          condition.batch,
          condition.threads,
          condition.mix,
          condition.neighbours,
          condition.neighbours > 0 && condition.neighbours_pinned,
          condition.cpu_quota.value_or(-1)};
}

const SweepCell* SweepCells::find(size_t variant, const Condition& condition) const {
  const auto found = by_key_.find(key(variants_[variant].name, condition));
  return found == by_key_.end() ? nullptr : found->second;
}

std::vector<int> SweepCells::batches(const std::string& mix) const {
  return axis(cells_, mix, &Condition::batch, nullptr, 0);
}

std::vector<int> SweepCells::batches(const std::string& mix, int threads) const {
  return axis(cells_, mix, &Condition::batch, &Condition::threads, threads);
}

std::vector<int> SweepCells::threads(const std::string& mix) const {
  return axis(cells_, mix, &Condition::threads, nullptr, 0);
}

std::vector<int> SweepCells::threads(const std::string& mix, int batch) const {
  return axis(cells_, mix, &Condition::threads, &Condition::batch, batch);
}

std::vector<Condition> SweepCells::disturbed() const {
  std::vector<Condition> conditions;
  std::set<Key> seen;
  for (const SweepCell* cell : cells_)
    if (is_disturbed(cell->condition) && seen.insert(key("", cell->condition)).second)
      conditions.push_back(cell->condition);
  return conditions;
}

double SweepCells::items(const Condition& condition) const {
  return words_.programs ? 1 : condition.batch;
}

std::vector<double> SweepCells::throughputs(size_t variant, const Condition& condition) const {
  std::vector<double> result;
  const SweepCell* cell = find(variant, condition);
  if (!cell || !cell->unavailable.empty()) return result;
  for (const SweepBlock& block : cell->blocks) {
    const double seconds = block_seconds(block);
    result.push_back(seconds > 0 && condition.batch > 0 ? items(condition) / seconds : 0);
  }
  return result;
}

Estimate SweepCells::throughput(size_t variant, const Condition& condition) const {
  const std::vector<double> values = positive(throughputs(variant, condition));
  return values.empty() ? unavailable_estimate(reason(variant, condition))
                        : median_estimate(values);
}

Estimate SweepCells::latency_ms(size_t variant, const Condition& condition) const {
  std::vector<double> values = positive(throughputs(variant, condition));
  if (values.empty()) return unavailable_estimate(reason(variant, condition));
  for (double& value : values) value = items(condition) / value * 1000;
  return median_estimate(values);
}

PairedRatio SweepCells::ratio(size_t first, size_t second, const Condition& condition) const {
  return paired_ratio(throughputs(first, condition), throughputs(second, condition));
}

std::string SweepCells::reason(size_t variant, const Condition& condition) const {
  const SweepCell* cell = find(variant, condition);
  if (!cell) return "not measured";
  if (!cell->unavailable.empty()) return cell->unavailable;
  if (cell->blocks.empty()) return "no block was run";
  if (condition.batch <= 0) return "the batch size is not recorded";
  for (size_t block = 0; block < cell->blocks.size(); ++block) {
    if (!cell->blocks[block].ok())
      return fmt::format(
          "block {}: {}", block,
          profiles::failure_words(cell->blocks[block].failure, cell->blocks[block].stderr_tail));
  }
  return "no iteration with a positive time is recorded";
}

const std::string& SweepCells::void_reason(const Condition& at) const {
  static const std::string nothing;
  const auto found = void_.find({at.mix, at.batch, words_.programs ? at.threads : 0});
  return found == void_.end() ? nothing : found->second;
}

}  // namespace winnow::reports
