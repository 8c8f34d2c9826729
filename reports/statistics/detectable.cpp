#include "reports/statistics/detectable.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "reports/statistics/detectable_table.h"
#include "reports/statistics/median.h"
#include "reports/statistics/paired_ratio.h"
#include "reports/statistics/significance.h"

namespace winnow::reports {

namespace {

// On either side of the interval of which half the width is the scatter.
constexpr double kScatterTail = 0.0005;
constexpr int kMostToDetect = 1'000'000;  // pairs; nobody measures more
// Where the scatter of the noise is estimated too, the plan needs this much more, over the pairs
// that it was estimated from: by simulation 1.18 times the effect with 8, 1.03 with 40.
constexpr double kPlanMargin = 1.4;

// Half the width of the interval; of the range, where they are too few for an interval.
double scatter_of(const std::vector<double>& values) {
  const size_t count = std::min(values.size(), kMostPairs);
  std::vector<double> walsh;
  walsh.reserve(count * (count + 1) / 2);
  for (size_t i = 0; i < count; ++i)
    for (size_t j = i; j < count; ++j) walsh.push_back((values[i] + values[j]) / 2);
  const int left = signed_rank_critical(static_cast<int>(count), kScatterTail).value_or(0);
  const Central range = leaving_out(static_cast<size_t>(left), walsh);
  return (range.high - range.low) / 2;
}

// A figure of the table for this many pairs: between two rows by the reciprocals of their pairs.
template <typename Figure>
double figure_for(int pairs, Figure figure) {
  const auto above = std::ranges::lower_bound(kDetectable, pairs, {}, &DetectableRow::pairs);
  if (above == std::begin(kDetectable) || above->pairs == pairs) return figure(*above);
  const auto below = above - 1;
  const double from = 1.0 / below->pairs, to = 1.0 / above->pairs;
  return std::lerp(figure(*below), figure(*above), (1.0 / pairs - from) / (to - from));
}

// Between two columns, and beyond the last, by the logarithms of their variants; 0: out of reach.
double factor_of(std::span<const double> factors, int variants) {
  const auto found = std::ranges::lower_bound(kDetectableVariants, variants);
  const size_t column =
      std::min<size_t>(found - std::begin(kDetectableVariants), factors.size() - 1);
  const double above = factors[column];
  if (column == 0 || kDetectableVariants[column] == variants) return above;
  const double below = factors[column - 1];
  if (above == 0 || below == 0) return 0;
  const double from = std::log(kDetectableVariants[column - 1]);
  return std::lerp(below, above,
                   (std::log(variants) - from) / (std::log(kDetectableVariants[column]) - from));
}

// The effect, as a logarithm, over sigma: by shift_for(pairs) it is found.
double shift_for(int pairs) {
  return figure_for(pairs, [](const DetectableRow& row) { return row.shift; }) / std::sqrt(pairs);
}

}  // namespace

std::optional<double> detectable_effect(const std::vector<double>& log_ratios, Sought sought,
                                        int variants) {
  const int pairs = static_cast<int>(std::min(log_ratios.size(), kMostPairs));
  const int comparisons = sought == Sought::kRow ? variants - 1 : variants * (variants - 1) / 2;
  if (pairs < pairs_needed(kLevel, comparisons)) return std::nullopt;
  const double factor = figure_for(pairs, [&](const DetectableRow& row) {
    return factor_of(sought == Sought::kRow ? row.of_row : row.of_winner, variants);
  });
  if (factor == 0) return std::nullopt;
  return std::expm1(factor * scatter_of(log_ratios));
}

std::optional<Sigma> sigma_of(const std::vector<double>& log_ratios) {
  const int pairs = static_cast<int>(std::min(log_ratios.size(), kMostPairs));
  if (pairs < kDetectable[0].pairs) return std::nullopt;
  const double scatter = scatter_of(log_ratios), root = std::sqrt(pairs);
  const double sigma =
      scatter * root / figure_for(pairs, [](const DetectableRow& row) { return row.scatter; });
  const auto away = [&](double DetectableRow::*end) {
    return std::exp(figure_for(pairs, [&](const DetectableRow& row) { return row.*end; }) / root);
  };
  return Sigma{sigma, sigma / away(&DetectableRow::highest), sigma / away(&DetectableRow::lowest)};
}

int pairs_to_detect(double effect, double sigma, int measured) {
  const double shift = std::log1p(effect) / (1 + kPlanMargin / measured);
  int fails = kDetectable[0].pairs - 1, finds = kMostToDetect;
  while (finds - fails > 1) {
    const int middle = fails + (finds - fails) / 2;
    (shift_for(middle) * sigma <= shift ? finds : fails) = middle;
  }
  return finds;
}

}  // namespace winnow::reports
