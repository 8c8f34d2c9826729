#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reports/recorded/measured.h"

namespace winnow::reports {

// The time pass of one variant. One fresh process is one observation.
struct Timing {
  int blocks = 0;
  int64_t iterations = 0;              // over all blocks
  double total_s = 0;                  // sum of all iterations
  std::optional<double> iteration_s;   // mean: total_s / iterations
  std::optional<double> median_s;      // median over blocks of the block's median iteration
  double lowest_s = 0, highest_s = 0;  // of the block medians
  std::optional<double> cpu_s;         // CPU seconds an iteration, median over blocks
  std::optional<double> cores_busy;    // CPU time / wall time of the region, median over blocks
  std::vector<std::vector<double>> blocks_s{};  // every iteration of every block
  // Items, or units of the work told, a second by each block's median; their median with its 99%
  // interval by order statistics.
  std::vector<double> blocks_items_per_s{};
  std::optional<double> items_per_s{}, items_per_s_low{}, items_per_s_high{};
};

// `items`: of an iteration, or units of work; 0: not known.
Timing timing_of(const MeasuredArm& arm, double items);

}  // namespace winnow::reports
