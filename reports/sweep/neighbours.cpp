#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/figures/format.h"
#include "reports/statistics/unpaired_ratio.h"
#include "reports/sweep/parts.h"

namespace winnow::reports {

using profiles::Condition;

namespace {

// Keeping less than this part of the fair share is a collapse.
constexpr double kCollapse = 0.5;

Condition without_disturbance(Condition condition) {
  condition.neighbours = 0;
  condition.neighbours_pinned = false;
  condition.cpu_quota.reset();
  return condition;
}

Estimate kept_of(const SweepCells& cells, size_t variant, const Condition& condition) {
  const Condition base = without_disturbance(condition);
  const auto disturbed = cells.throughputs(variant, condition);
  const auto undisturbed = cells.throughputs(variant, base);
  const UnpairedRatio ratio = unpaired_ratio(disturbed, undisturbed);
  if (!ratio.ratio) {
    const bool here = cells.throughput(variant, condition).value.has_value();
    return unavailable_estimate(here ? "undisturbed: " + cells.reason(variant, base)
                                     : cells.reason(variant, condition));
  }
  return {ratio.ratio, ratio.low, ratio.high,
          static_cast<int>(std::min(disturbed.size(), undisturbed.size())), ""};
}

Disturbance disturbance(const SweepCells& cells, const Condition& condition) {
  Disturbance result;
  result.condition = condition;
  result.title = fmt::format("{}: {}", disturbance_words(condition),
                             condition_words(without_disturbance(condition), cells.words()));
  result.fair_share = fair_share(condition, cells.cores());
  for (size_t variant = 0; variant < cells.variants().size(); ++variant) {
    KeptLine line;
    line.variant = cells.labels()[variant];
    line.throughput = cells.throughput(variant, condition);
    line.kept = kept_of(cells, variant, condition);
    line.collapse = line.kept.high && *line.kept.high < kCollapse * result.fair_share;
    result.lines.push_back(std::move(line));
  }
  std::ranges::stable_sort(result.lines, std::ranges::greater{},
                           [](const KeptLine& line) { return line.kept.value.value_or(-1); });
  result.choice = choose(cells, condition);
  return result;
}

// What a variant keeps of its fair share where it keeps least.
struct Worst {
  int conditions = 0;
  double kept = 0;  // of the fair share
  double low = 0, high = 0;
  const Disturbance* where = nullptr;
  const KeptLine* line = nullptr;
  std::string collapse;  // the first one, in words
  bool interval = true;
};

std::string percent(double share) { return format_percent(share * 100); }

std::map<std::string, Worst> worst_by_variant(const std::vector<Disturbance>& disturbances) {
  std::map<std::string, Worst> result;
  for (const Disturbance& disturbance : disturbances) {
    for (const KeptLine& line : disturbance.lines) {
      if (!line.kept.value || !(disturbance.fair_share > 0)) continue;
      Worst& worst = result[line.variant];
      const double kept = *line.kept.value / disturbance.fair_share;
      worst.interval = worst.interval && line.kept.low;
      if (line.collapse && worst.collapse.empty())
        worst.collapse = fmt::format(
            "{} collapses ({}): it keeps {} of its undisturbed "
            "throughput, a fair share would be {}",
            line.variant, disturbance.title, percent(*line.kept.value),
            percent(disturbance.fair_share));
      if (worst.conditions++ > 0 && kept >= worst.kept) continue;
      worst.kept = kept;
      worst.low = line.kept.low.value_or(0) / disturbance.fair_share;
      worst.high = line.kept.high.value_or(0) / disturbance.fair_share;
      worst.where = &disturbance;
      worst.line = &line;
    }
  }
  return result;
}

std::string safest_words(const std::map<std::string, Worst>& by_variant, size_t conditions,
                         const std::string& noun) {
  const Worst* best = nullptr;
  bool intervals = true;
  for (const auto& [name, worst] : by_variant) {
    if (worst.conditions != static_cast<int>(conditions)) continue;
    intervals = intervals && worst.interval;
    if (!best || worst.kept > best->kept) best = &worst;
  }
  if (!best)
    return fmt::format("Which {} is safe: unavailable (none has a figure under every condition)",
                       noun);
  if (!best->collapse.empty()) return fmt::format("No {} is safe: each collapses somewhere", noun);
  const std::string figures = fmt::format(
      "where it keeps least ({}) it keeps {} of its undisturbed throughput; a fair share would be "
      "{}",
      best->where->title, percent(*best->line->kept.value), percent(best->where->fair_share));
  if (!intervals)
    return fmt::format("~ {} keeps most, unproven with so few blocks: {}", best->line->variant,
                       figures);
  std::string near;
  for (const auto& [name, worst] : by_variant)
    if (&worst != best && worst.conditions == static_cast<int>(conditions) &&
        worst.high >= best->low && worst.collapse.empty())
      near += " or " + name;
  if (!near.empty())
    return fmt::format("Safe: ~ {}{}, which noise does not tell apart; {}: {}", best->line->variant,
                       near, best->line->variant, figures);
  return fmt::format("Safe: {}; {}", best->line->variant, figures);
}

}  // namespace

// A fair kernel gives every runnable thread an equal part of the cores, at most a whole one. A
// pinned neighbour shares its core with at most one of the variant's threads while there are no
// more threads than cores: that one keeps half.
double fair_share(const Condition& condition, int cores) {
  const double c = std::max(1, cores), t = std::max(1, condition.threads);
  const double k = std::max(0, condition.neighbours), undisturbed = std::min(t, c);
  double granted = t * std::min(1.0, c / (t + k));
  if (condition.neighbours_pinned && t <= c && k <= c)
    granted = std::min(t, c - k) + std::max(0.0, t - (c - k)) / 2;
  if (condition.cpu_quota) granted = std::min(granted, *condition.cpu_quota);
  return std::min(1.0, granted / undisturbed);
}

SharedMachine shared_machine(const SweepCells& cells) {
  SharedMachine shared;
  const std::vector<Condition> conditions = cells.disturbed();
  if (conditions.empty()) {
    shared.sentence = "unavailable: no cell has neighbours or a limit on CPU time.";
    return shared;
  }
  if (cells.cores() < 1)
    shared.notes.push_back("The number of cores is not recorded: fair shares count one core.");
  size_t measured = 0;
  for (const Condition& condition : conditions) {
    shared.disturbances.push_back(disturbance(cells, condition));
    measured += std::ranges::any_of(shared.disturbances.back().lines, [](const KeptLine& line) {
      return line.kept.value.has_value();
    });
  }
  const auto by_variant = worst_by_variant(shared.disturbances);
  shared.sentence = safest_words(by_variant, measured, cells.words().variant) + ".";
  for (const auto& [name, worst] : by_variant)
    if (!worst.collapse.empty()) shared.notes.push_back(worst.collapse + ".");
  return shared;
}

}  // namespace winnow::reports
