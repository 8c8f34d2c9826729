#pragma once

#include <vector>

#include "reports/sweep/report.h"

// A variant's scaling as the Universal Scalability Law (reports/statistics/usl.h) has it.
namespace winnow::reports {

// Throughputs by block at one thread count.
struct ThreadPoint {
  int threads = 0;
  std::vector<double> throughputs;
};

// The fit to medians, the speedup being against one thread; its intervals are percentiles over
// resampled blocks, with a fixed seed, where every point has 6 blocks or more. Empty, with the
// reason: fewer than three thread counts, or no figure on one thread.
ScalingLine fit_usl(const std::vector<ThreadPoint>& points);

}  // namespace winnow::reports
