#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"

// Proof of a cause: a program that pays a known cost before each parallel region must become slower
// by as much as its counted regions say. Arms of one variant are called "<variant>+<amount>".
namespace winnow::reports {

inline constexpr double kSlopeConfidence = 0.99;
// Of the prediction: a cost brings about others, such as workers that fall asleep meanwhile.
inline constexpr double kSlopeMargin = 0.1;

// Hodges-Lehmann estimate with its signed-rank interval; no interval for too few values.
struct Location {
  double middle = 0;
  std::optional<double> low, high;
};
Location location_of(const std::vector<double>& values, double confidence = kSlopeConfidence);

// Slope of the least-squares line through the points; empty when all x are equal.
std::optional<double> line_slope(const std::vector<double>& x, const std::vector<double>& y);

// One variant. Slopes are seconds of an iteration by one unit of the injected amount: 1 s of cost
// in each region, or one wake-up or one thread more in each.
struct CostSlope {
  enum Answer { kAgrees, kDisagrees, kNotDecided, kUnavailable };
  std::string variant;
  std::optional<profiles::InjectedCause> cause;  // empty: no block told of one
  std::vector<int64_t> amounts;                  // of the arms, rising, from 0
  int threads = 0;
  double regions = 0, most_by_one_thread = 0;  // an iteration, medians over the blocks
  double unit_s = 0;       // one payment by its amount, timed outside the region: median
  double paid_unit_s = 0;  // the same within the region: the mean; 0: not told
  double iteration_s = 0;  // median of the arm without cost
  // Between all regions shared out evenly over the threads, and those of the thread that opens the
  // most one after another; by the quartiles of the unit's cost. One thread opens them all: exact.
  // Of wake-ups and threads, which cost another time beside busy cores, what was paid before the
  // regions stands for regions x unit, where the program tells it (and a quarter of that at least).
  double predicted_low = 0, predicted_high = 0;
  int pairs = 0;         // rounds of blocks in which every arm ended well
  double disturbed = 0;  // the part of their blocks beside which other programs ran
  Location measured;
  Answer answer = kUnavailable;
  std::string reason;  // why there is no figure, or no decision
};

// In the order of the recording. "Agrees": the measured interval meets the predicted one, widened
// by the margin, does not contain 0 and is no wider than the prediction is large. "Disagrees": the
// two do not meet; but slower than predicted beside other programs decides nothing.
std::vector<CostSlope> cost_slopes(const profiles::Recording& recording);

std::string cost_slopes_markdown(const profiles::Recording& recording,
                                 const std::vector<CostSlope>& slopes);

}  // namespace winnow::reports
