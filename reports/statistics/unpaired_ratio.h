#pragma once

#include <optional>
#include <span>

#include "reports/statistics/paired_ratio.h"

// Ratios of observations of different conditions, which are not paired: Hodges-Lehmann estimate and
// interval by the Mann-Whitney distribution (Hollander, Wolfe and Chicken, chapter 4).
namespace winnow::reports {

struct UnpairedRatio {
  std::optional<double> ratio;      // empty: one side has no observation
  std::optional<double> low, high;  // empty: too few (at 95%: below 4 against 4)
};

// Median of first[i] / second[j] over all i and j. Figures that are not positive and finite are
// left out.
UnpairedRatio unpaired_ratio(std::span<const double> first, std::span<const double> second,
                             double confidence = kConfidence);

// Two-sided p of "the same distribution" by the Mann-Whitney test; ties (ties.h) count half,
// towards 1.
double mann_whitney_p(std::span<const double> first, std::span<const double> second);

// The largest u with P(U <= u) <= tail for samples of m and n; empty when there is none.
std::optional<int> mann_whitney_critical(int m, int n, double tail);

}  // namespace winnow::reports
