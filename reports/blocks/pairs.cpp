#include "reports/blocks/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/blocks/metric_spread.h"
#include "reports/blocks/timing.h"
#include "reports/figures/format.h"
#include "reports/recorded/words.h"
#include "reports/statistics/median.h"
#include "reports/statistics/paired_ratio.h"
#include "reports/statistics/significance.h"
#include "reports/statistics/ties.h"
#include "reports/statistics/unpaired_ratio.h"

namespace winnow::reports {

namespace {

void add_ratio(Pairs& pairs, const std::vector<double>& first, const std::vector<double>& second) {
  const PairedRatio ratio = paired_ratio(first, second, 1 - kLevel);
  pairs.ratio = ratio.ratio;
  pairs.low = ratio.low;
  pairs.high = ratio.high;
  pairs.p = ratio.p;
  std::vector<double> logs;
  for (size_t i = 0; i < first.size(); ++i) {
    const double log = std::log(first[i]) - std::log(second[i]);
    if (std::isfinite(log)) logs.push_back(log);
  }
  const MedianInterval middle = median_interval(with_ties(std::move(logs)), 1 - kLevel);
  if (!middle.low) return;
  pairs.sign_low = std::exp(*middle.low);
  pairs.sign_high = std::exp(*middle.high);
}

// Blocks of each side below which two samples that do not overlap prove nothing at this level.
int unpaired_needed(double level) {
  int blocks = 1;
  for (double p = 1; p > level; ++blocks) p *= (blocks + 1) / (2.0 * (2 * blocks + 1));
  return blocks;
}

Pairs unpaired_blocks(const Match& match, Measure measure) {
  std::vector<double> first, second;
  for (const auto& [index, seconds] : block_cost(*match.first, measure)) first.push_back(seconds);
  for (const auto& [index, seconds] : block_cost(*match.second, measure)) second.push_back(seconds);
  Pairs pairs;
  if (first.empty() || second.empty()) return pairs;
  pairs.first_blocks = static_cast<int>(first.size());
  pairs.second_blocks = static_cast<int>(second.size());
  const UnpairedRatio ratio = unpaired_ratio(first, second, 1 - kLevel);
  pairs.ratio = ratio.ratio;
  pairs.low = ratio.low;
  pairs.high = ratio.high;
  pairs.p = mann_whitney_p(first, second);
  const auto as_first = [&](double seconds) { return tied(seconds, first.front()); };
  pairs.identical = std::ranges::all_of(first, as_first) && std::ranges::all_of(second, as_first);
  return pairs;
}

Pairs pairs_of(const Match& match, Measure measure) {
  if (match.first->run != match.second->run) return unpaired_blocks(match, measure);
  Pairs pairs;
  if (match.first == match.second) return pairs;
  const auto before = block_cost(*match.first, measure);
  std::vector<double> first, second;
  for (const auto& [index, seconds] : block_cost(*match.second, measure)) {
    const auto other = before.find(index);
    if (other == before.end()) continue;
    first.push_back(other->second);
    second.push_back(seconds);
    ++(tied(seconds, other->second) ? pairs.ties
       : seconds < other->second    ? pairs.faster
                                    : pairs.slower);
  }
  pairs.identical = pairs.ties > 0 && pairs.faster + pairs.slower == 0;
  pairs.sign_p = sign_test(pairs.faster, pairs.slower);
  add_ratio(pairs, first, second);
  return pairs;
}

// What a reader sees in the cells must point where the pairs point.
bool agree(const Pairs& pairs, const std::optional<double>& before,
           const std::optional<double>& after) {
  return before && after && !tied(*before, *after) && (*pairs.ratio > 1) == (*after < *before);
}

bool metrics_agree(const Match& match, const profiles::Metric& metric, const Pairs& pairs) {
  const MetricSpread before = metric_spread(*match.first, metric),
                     after = metric_spread(*match.second, metric);
  return agree(pairs, cost_of(metric, before.median), cost_of(metric, after.median)) &&
         agree(pairs, cost_of(metric, before.mean), cost_of(metric, after.mean));
}

std::optional<double> median_cost(const MeasuredArm& arm, Measure measure) {
  std::vector<double> costs;
  for (const auto& [index, cost] : block_cost(arm, measure)) costs.push_back(cost);
  if (costs.empty()) return std::nullopt;
  return median(std::move(costs));
}

bool figures_agree(const Match& match, Measure measure, const Pairs& pairs) {
  if (measure == Measure::kMetric) return metrics_agree(match, *measure.metric, pairs);
  if (measure == Measure::kServerCpu)
    return agree(pairs, median_cost(*match.first, measure), median_cost(*match.second, measure));
  const Timing before = timing_of(*match.first, 0), after = timing_of(*match.second, 0);
  if (measure == Measure::kCpu) return agree(pairs, before.cpu_s, after.cpu_s);
  return agree(pairs, before.median_s, after.median_s) &&
         agree(pairs, before.iteration_s, after.iteration_s);
}

void judge(const Match& match, Measure measure, double bias, Pairs& pairs) {
  pairs.evidence = Evidence::kNoise;
  if (pairs.count() < pairs.needed || !pairs.low) {
    pairs.evidence = Evidence::kUnproven;
  } else if (pairs.adjusted_p <= kLevel && pairs.decided()) {
    pairs.conflict = !figures_agree(match, measure, pairs);
    pairs.within_bias = bias > 1 && *pairs.low <= bias && *pairs.high >= 1 / bias;
    if (!pairs.conflict && !pairs.within_bias) pairs.evidence = Evidence::kProven;
  }
}

}  // namespace

double twin_bias(const Measured& arms, Measure measure) {
  if (!arms.twin() || arms.size() == 0) return 1;
  const Pairs twin = pairs_of({&arms[0], &*arms.twin()}, measure);
  return twin.decided() ? std::max(*twin.high, 1 / *twin.low) : 1;
}

std::vector<Pairs> compare_all(const Measured& arms, const std::vector<Match>& matches,
                               Measure measure) {
  std::vector<Pairs> all;
  std::vector<double> p;
  for (const Match& match : matches) {
    all.push_back(pairs_of(match, measure));
    if (match.first != match.second) p.push_back(all.back().p);
  }
  const int family = static_cast<int>(p.size());
  const std::vector<double> adjusted = holm(p);
  const double bias = twin_bias(arms, measure);
  size_t test = 0;
  for (size_t i = 0; i < matches.size(); ++i) {
    if (matches[i].first == matches[i].second) continue;
    Pairs& pairs = all[i];
    pairs.comparisons = family;
    pairs.needed =
        pairs.unpaired() ? unpaired_needed(kLevel / family) : pairs_needed(kLevel, family);
    pairs.adjusted_p = adjusted[test++];
    judge(matches[i], measure, bias, pairs);
  }
  return all;
}

std::string blocks_words(const Pairs& pairs) {
  if (!pairs.unpaired()) return count_of(pairs.count(), "pair") + " of blocks";
  return fmt::format("{} against {}, unpaired", count_of(pairs.first_blocks, "block"),
                     pairs.second_blocks);
}

std::string test_name(const Pairs& pairs) {
  return pairs.unpaired() ? "Mann-Whitney" : "signed ranks";
}

std::string ratio_words(const Pairs& pairs) {
  if (!pairs.ratio) return "ratio unavailable: no pairs of blocks";
  if (pairs.identical)
    return pairs.unpaired() ? "identical in all blocks" : "identical in all pairs of blocks";
  const double low = pairs.low.value_or(*pairs.ratio), high = pairs.high.value_or(*pairs.ratio);
  const auto words = [&](double ratio) {
    return low > 0.9 && high < 1.1 ? fmt::format("{:.3f}x", ratio) : format_ratio(ratio);
  };
  if (!pairs.low) return words(*pairs.ratio) + ", too few pairs for an interval";
  return fmt::format("{}, 99% CI {} to {}", words(*pairs.ratio), words(low), words(high));
}

std::string judged_ratio_words(const Pairs& pairs) {
  if (pairs.count() == 0) return "-";
  const bool open = pairs.evidence != Evidence::kProven && !pairs.identical;
  return (open ? "~ " : "") + ratio_words(pairs);
}

}  // namespace winnow::reports
