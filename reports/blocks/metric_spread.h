#pragma once

#include <optional>
#include <vector>

#include "reports/recorded/measured.h"

namespace winnow::reports {

// A metric over the blocks of one variant's time pass.
struct MetricSpread {
  std::vector<double> blocks{};        // of each the median over its iterations
  int64_t iterations = 0;              // in all
  std::optional<double> mean, median;  // over all iterations; over blocks
  std::optional<double> low, high;     // 99% interval of the median by order statistics
};

MetricSpread metric_spread(const MeasuredArm& arm, const profiles::Metric& metric);

// What is better where it is less: the figure, or its inverse where higher is better. Empty for 0.
std::optional<double> cost_of(const profiles::Metric& metric, const std::optional<double>& figure);

}  // namespace winnow::reports
