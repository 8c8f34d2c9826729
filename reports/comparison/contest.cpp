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

std::vector<Against> against_best(const Measured& arms, const Contest& contest, size_t best) {
  std::vector<Match> matches;
  std::vector<Against> all;
  const auto add = [&](size_t first, size_t second) {
    matches.push_back({&arms[first], &arms[second]});
  };
  for (const size_t other : contest.entered()) {
    if (other == best) continue;
    add(other, best);
    all.push_back({other});
  }
  for (size_t i = 0; i < all.size(); ++i)
    for (size_t j = i + 1; j < all.size(); ++j) add(all[i].other, all[j].other);
  const auto compared = compare_all(arms, matches, contest.measure);
  for (size_t i = 0; i < all.size(); ++i) all[i].pairs = compared[i];
  return all;
}

size_t rival_of(const Contest& contest, size_t best) {
  const auto entered = contest.entered();
  if (entered.front() == 0 && best != 0) return 0;
  return *std::ranges::min_element(entered, {}, [&](size_t variant) {
    return variant == best ? INFINITY : *contest.means[variant];
  });
}

size_t best_of(const Contest& contest) {
  const auto entered = contest.entered();
  return *std::ranges::min_element(entered, {},
                                   [&](size_t variant) { return *contest.means[variant]; });
}

std::string advantage(const Contest& contest, const Pairs& pairs) {
  if (!pairs.ratio) return (contest.of_time() ? "speed" : contest.by) + ": unavailable";
  if (pairs.identical) return ratio_words(pairs);
  const bool better = *pairs.ratio >= 1;
  const char* words =
      contest.of_time() ? (better ? "faster" : "slower") : (better ? "better" : "worse");
  std::string text = fmt::format("{} {}{} by Hodges-Lehmann",
                                 format_ratio(better ? *pairs.ratio : 1 / *pairs.ratio), words,
                                 way_words(contest, better));
  if (pairs.low && better)
    text += fmt::format(", 99 % CI {} to {}", format_ratio(*pairs.low), format_ratio(*pairs.high));
  if (pairs.low && !better)
    text += fmt::format(", 99 % CI {} to {}", format_ratio(1 / *pairs.high),
                        format_ratio(1 / *pairs.low));
  return text;
}

std::string certainty(const Pairs& pairs) {
  std::string text = fmt::format("{} over {}", format_p(pairs.adjusted_p), blocks_words(pairs));
  if (pairs.comparisons > 1) text += fmt::format(" and {} comparisons", pairs.comparisons);
  return text;
}

}  // namespace winnow::reports
