#pragma once

#include <array>
#include <span>

#include "reports/statistics/paired_ratio.h"

// Looking at growing data more than once without crying wolf more often than one look would.
namespace winnow::reports {

// Pairs of processes after which the data are looked at.
inline constexpr std::array kLooks{10, 20, 40};

// Level of each look's interval, so that all three together err in at most 1 %: Pocock's constant
// for three equally spaced looks at 1 % is 2.873, a nominal level of 0.0041 (Jennison and Turnbull,
// Group Sequential Methods, table 2.1). Looks at 1/4, 1/2 and 1 of the data depend less on each
// other, so that 0.004 is taken; tests/reports/gate/sequential_test.cpp simulates what it keeps.
inline constexpr double kNominalLevel = 0.004;

struct SlowdownLimits {
  double allowance = 1.01;  // a regression is proven when the ratio's lower limit exceeds it
  double tolerance = 1.05;  // its absence when the upper limit stays below
  double level = kNominalLevel;
};

struct SequentialResult {
  enum Decision { kOpen, kPass, kRegression };
  Decision decision = kOpen;
  PairedRatio ratio;  // candidate / baseline, at the look that decided, or at the last one
  double confidence = 1 - kNominalLevel;
};

// Goes through the looks that the pairs allow, in order: the first decision stands, whatever
// further pairs would say. Before the first look it is open, and nothing is known of the ratio.
SequentialResult decide(std::span<const double> candidate, std::span<const double> baseline,
                        const SlowdownLimits& limits);

}  // namespace winnow::reports
