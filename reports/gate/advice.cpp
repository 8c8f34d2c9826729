#include "reports/gate/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "base/sums.h"
#include "reports/blocks/block_times.h"
#include "reports/figures/format.h"
#include "reports/statistics/median.h"
#include "reports/statistics/sequential.h"

namespace winnow::reports {

namespace {

constexpr double kMinute_s = 60;

bool held_by_twin(const GateRow& row) {
  return row.low && *row.low > 1 + row.allowance_percent / 100;
}

// An interval narrows with the root of the pairs. It decides when it reaches from the estimate no
// further than to the nearer way out: below the tolerance, or above the allowance.
std::optional<double> pairs_that_decide(const GateRow& row) {
  if (!row.ratio || !row.low || !row.high) return std::nullopt;
  const double half = std::log(*row.high / *row.low) / 2;
  const double below = std::log((1 + row.tolerance_percent / 100) / *row.ratio);
  const double above = std::log(*row.ratio / (1 + row.allowance_percent / 100));
  const double way = std::max(below, above);
  return way > 0 ? std::optional(row.pairs * std::pow(half / way, 2)) : std::nullopt;
}

// To two digits, so that nobody takes it for exact.
int two_digits(double pairs) {
  const double step = std::pow(10, std::max(0.0, std::floor(std::log10(pairs)) - 1));
  return static_cast<int>(std::ceil(pairs / step) * step);
}

std::string duration_words(double seconds) {
  return seconds < kMinute_s ? fmt::format("{:.0f} s", std::ceil(seconds))
                             : fmt::format("{:.0f} min", std::ceil(seconds / kMinute_s));
}

std::string more_pairs(const GateRow& row, double pairs, double round_s) {
  // Fewer than there are decide by luck.
  const int needed = two_digits(std::max(pairs, row.pairs * 1.2));
  if (needed > kLooks.back())
    return fmt::format(
        "{} of {} scatters so much that more than {} pairs would be needed: a quieter machine, "
        "longer processes, or a wider tolerance in --rules would decide.",
        row.metric, row.variant, kLooks.back());
  std::string text =
      fmt::format("About {} pairs of this scatter would decide {}", needed, row.metric);
  if (round_s <= 0) return text + fmt::format(": --pairs {}.", needed);
  const double all_s = needed * round_s;
  return text + fmt::format(", {} at {:.2g} s a pair: --pairs {} --budget {:.0f}m.",
                            duration_words(all_s), round_s, needed,
                            std::ceil(all_s / kMinute_s) + 1);
}

}  // namespace

std::string what_would_decide(const GateReport& report, double round_s) {
  std::string text;
  double most = -1;
  for (const GateRow& row : report.rows) {
    if (row.status != GateStatus::kInconclusive) continue;
    const auto pairs = pairs_that_decide(row);
    if (held_by_twin(row)) {
      if (!text.empty()) continue;
      text =
          "A quieter machine would decide: on this one the A/A arm, a second copy of the base, "
          "differs as much.";
    } else if (!row.high && text.empty()) {
      text = fmt::format("More pairs would: the first look is at {}{}.", kLooks.front(),
                         row.pairs >= kLooks.front() ? ", and many variants need a later one" : "");
    } else if (pairs && *pairs > most) {
      most = *pairs;
      text = more_pairs(row, *pairs, round_s);
    }
  }
  const profiles::Rounds& rounds = report.disturbance.rounds;
  if (!text.empty() && rounds.on_busy_machine())
    text += fmt::format(" On a quieter machine fewer would do: {} of {} rounds were disturbed.",
                        rounds.disturbed, rounds.all);
  return text;
}

std::optional<InnerIterations> best_iterations(const profiles::Recording& baseline) {
  std::vector<std::vector<double>> processes;
  std::vector<double> starts_s;
  for (const profiles::Block& block : baseline.blocks) {
    if (block.pass != profiles::Pass::time || !block.ok() || !block.load_ns) continue;
    if (block.variant != baseline.baseline) continue;
    processes.push_back(iterations_s(block));
    starts_s.push_back(
        static_cast<double>(base::added(*block.load_ns, block.warmup_ns.value_or(0))) * 1e-9);
  }
  if (processes.empty()) return std::nullopt;
  return cheapest_iterations(processes, median(starts_s));
}

std::string iterations_advice(const profiles::Recording& baseline) {
  const auto best = best_iterations(baseline);
  const double now = baseline.workload.iterations_per_block;
  if (!best || (best->count < now * 1.5 && best->count > now / 1.5)) return "";
  return fmt::format(
      "An iteration takes {} and scatters by {} within a process, a process's start takes {} and "
      "processes scatter by {}: --iterations {} tells most in the same time (Kalibera and Jones).",
      format_value(best->iteration_s, Unit::kIterationSeconds), format_percent(best->within * 100),
      format_value(best->start_s, Unit::kIterationSeconds), format_percent(best->between * 100),
      best->count);
}

}  // namespace winnow::reports
