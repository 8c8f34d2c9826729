#pragma once

#include <optional>
#include <span>
#include <vector>

// Ratios of paired observations: Hodges-Lehmann estimate and interval by Wilcoxon's signed-rank
// distribution (Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, chapter 3).
namespace winnow::reports {

inline constexpr double kConfidence = 0.95;
inline constexpr size_t kMostPairs = 2000;  // further ones are left out: the work is quadratic

struct PairedRatio {
  int pairs = 0;
  std::optional<double> ratio;      // empty: no pairs
  std::optional<double> low, high;  // empty: too few pairs for the confidence (at 95%: below 6)
  // Two-sided signed-rank test of "equal": zeros left out, ties by midranks; ties.h says what is
  // tied.
  double p = 1;

  bool above_one() const { return low && *low > 1; }
  bool below_one() const { return high && *high < 1; }
  bool decided() const { return above_one() || below_one(); }
};

// first[i] / second[i]. Pairs with a figure that is not positive and finite are left out. The
// interval is right for differences of logarithms that lie symmetrically about their median.
PairedRatio paired_ratio(std::span<const double> first, std::span<const double> second,
                         double confidence = kConfidence);

// The largest w with P(W+ <= w) <= tail for n untied differences; empty when there is none.
std::optional<int> signed_rank_critical(int n, double tail);

// A median with an interval by order statistics (binomial distribution). `low` and `high` are empty
// where too few values cannot give the confidence.
struct MedianInterval {
  double median = 0;
  std::optional<double> low, high;
};
MedianInterval median_interval(std::vector<double> values, double confidence = kConfidence);

}  // namespace winnow::reports
