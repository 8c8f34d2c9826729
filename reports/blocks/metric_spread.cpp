#include "reports/blocks/metric_spread.h"

#include "reports/statistics/median.h"
#include "reports/statistics/paired_ratio.h"
#include "reports/statistics/significance.h"

namespace winnow::reports {

MetricSpread metric_spread(const MeasuredArm& arm, const profiles::Metric& metric) {
  MetricSpread spread;
  double sum = 0;
  for (const profiles::Block* block : arm.blocks(Pass::time)) {
    const auto found = block->metrics.find(metric.name);
    if (found == block->metrics.end() || found->second.empty()) continue;
    spread.blocks.push_back(median(found->second));
    spread.iterations += static_cast<int64_t>(found->second.size());
    for (const double figure : found->second) sum += figure;
  }
  if (spread.blocks.empty()) return spread;
  const MedianInterval interval = median_interval(spread.blocks, 1 - kLevel);
  spread.mean = sum / static_cast<double>(spread.iterations);
  spread.median = interval.median;
  spread.low = interval.low;
  spread.high = interval.high;
  return spread;
}

std::optional<double> cost_of(const profiles::Metric& metric, const std::optional<double>& figure) {
  if (!figure || !(*figure > 0)) return std::nullopt;
  return metric.higher_is_better ? 1 / *figure : *figure;
}

}  // namespace winnow::reports
