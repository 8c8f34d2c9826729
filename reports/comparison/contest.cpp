#include "reports/comparison/contest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures/format.h"

namespace winnow::reports {

namespace {

// " (higher req/s)": which way the figure went that is better or worse; of time, which has one way,
// nothing.
std::string way_words(const Contest& contest, bool better) {
  const profiles::Metric* metric = contest.measure.metric;
  if (!metric) return "";
  return fmt::format(" ({} {})", metric->higher_is_better == better ? "higher" : "lower",
                     metric->name);
}

}  // namespace

std::vector<size_t> Contest::entered() const {
  std::vector<size_t> all;
  for (size_t variant = 0; variant < means.size(); ++variant)
    if (means[variant] && medians[variant]) all.push_back(variant);
  return all;
}

Contest contest_by_time(const Compared& compared) {
  Contest contest{Measure::kWall, "wall time", {}, {}};
  for (const Timing& timing : compared.timings) {
    contest.means.push_back(timing.iteration_s);
    contest.medians.push_back(timing.median_s);
  }
  return contest;
}

Contest contest_by_cpu(const Compared& compared) {
  Contest contest{Measure::kCpu, "CPU time", {}, {}};
  for (const Timing& timing : compared.timings) {
    contest.means.push_back(timing.cpu_s);
    contest.medians.push_back(timing.cpu_s);
  }
  return contest;
}

Contest contest_by(const ComparedMetric& metric) {
  Contest contest{Measure(metric.about), metric.about.name, {}, {}};
  for (const MetricSpread& spread : metric.spreads) {
    contest.means.push_back(cost_of(metric.about, spread.mean));
    contest.medians.push_back(cost_of(metric.about, spread.median));
  }
  return contest;
}

std::string advantage(const Contest& contest, const Pairs& pairs) {
  if (!pairs.ratio) return (contest.of_time() ? "speed" : contest.by) + ": unavailable";
  if (pairs.identical) return ratio_words(pairs);
  // Of time the ratio as it is; of a metric, whose better way differs, one of at least 1.
  const bool better = contest.of_time() || *pairs.ratio >= 1;
  const char* words = contest.of_time() ? "as fast" : better ? "better" : "worse";
  std::string text = fmt::format("{} {}{} by Hodges-Lehmann",
                                 format_ratio(better ? *pairs.ratio : 1 / *pairs.ratio), words,
                                 way_words(contest, better));
  if (pairs.low && better)
    text += fmt::format(", 99% CI {} to {}", format_ratio(*pairs.low), format_ratio(*pairs.high));
  if (pairs.low && !better)
    text += fmt::format(", 99% CI {} to {}", format_ratio(1 / *pairs.high),
                        format_ratio(1 / *pairs.low));
  return text;
}

std::string certainty(const Pairs& pairs) {
  std::string text = fmt::format("{} over {}", format_p(pairs.adjusted_p), blocks_words(pairs));
  if (pairs.comparisons > 1) text += fmt::format(" and {} comparisons", pairs.comparisons);
  return text;
}

}  // namespace winnow::reports
