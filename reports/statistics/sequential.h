#pragma once

#include <array>
#include <span>

#include "reports/statistics/paired_ratio.h"

// Looking at growing data more than once without crying wolf more often than one look would.
namespace winnow::reports {

// Pairs of processes after which the data are looked at. Where they end between two looks, the last
// look is at all of them, in the place of the next.
inline constexpr std::array kLooks{10, 20, 40, 80, 160, 320, 640, 1280};

// Level of each look's interval, so that all eight together err in at most 1%. A false regression
// lies on one side: eight times 0.001 at most, however the looks depend on each other (Bonferroni).
// Ten pairs reach 0.00195. tests/reports/statistics/sequential_test.cpp simulates what it keeps.
inline constexpr double kNominalLevel = 0.002;

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
// While more pairs may follow (`ended` is false), a pass also needs an estimate within the
// allowance: else a small slow-down would pass because the first look rules out a large one.
SequentialResult decide(std::span<const double> candidate, std::span<const double> baseline,
                        const SlowdownLimits& limits, bool ended = true);

}  // namespace winnow::reports
