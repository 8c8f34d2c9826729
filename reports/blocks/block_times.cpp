#include "reports/blocks/block_times.h"

#include "reports/blocks/metric_spread.h"
#include "reports/statistics/median.h"

namespace winnow::reports {

using profiles::Block;

namespace {

constexpr double kNanosecond = 1e-9;

std::optional<double> median_iteration_s(const Block& block) {
  if (block.iteration_wall_ns.empty()) return std::nullopt;
  const double middle = median(iterations_s(block));
  return middle > 0 ? std::optional(middle) : std::nullopt;
}

std::optional<double> metric_cost(const Block& block, const profiles::Metric& metric) {
  const auto found = block.metrics.find(metric.name);
  if (found == block.metrics.end() || found->second.empty()) return std::nullopt;
  return cost_of(metric, median(found->second));
}

}  // namespace

std::vector<double> iterations_s(const Block& block) {
  std::vector<double> seconds;
  for (int64_t wall_ns : block.iteration_wall_ns)
    seconds.push_back(static_cast<double>(wall_ns) * kNanosecond);
  return seconds;
}

std::optional<double> region_cpu_s(const Block& block) {
  const auto cpu_ns = block.region ? block.region->cpu_ns() : std::nullopt;
  if (!cpu_ns) return std::nullopt;
  return static_cast<double>(*cpu_ns) * kNanosecond;
}

std::optional<double> cores_busy(const Block& block) {
  const auto cpu_s = region_cpu_s(block);
  if (!cpu_s || block.region->wall_ns <= 0) return std::nullopt;
  return *cpu_s / (static_cast<double>(block.region->wall_ns) * kNanosecond);
}

std::optional<double> block_seconds(const Block& block, Measure measure) {
  const auto wall_s = median_iteration_s(block);
  if (measure == Measure::kWall || !wall_s) return wall_s;
  if (measure == Measure::kServerCpu) {
    if (!block.server) return std::nullopt;
    return static_cast<double>(block.server->cpu_ns) * kNanosecond /
           static_cast<double>(block.iteration_wall_ns.size());
  }
  const auto cpu_s = region_cpu_s(block);
  if (!cpu_s) return std::nullopt;
  return *cpu_s / static_cast<double>(block.iteration_wall_ns.size());
}

std::map<int, double> block_seconds(const MeasuredArm& arm, Measure measure) {
  std::map<int, double> seconds;
  for (const Block* block : arm.blocks(Pass::time))
    if (const auto value = block_seconds(*block, measure)) seconds[block->index] = *value;
  return seconds;
}

std::optional<double> block_cost(const Block& block, Measure measure) {
  return measure == Measure::kMetric ? metric_cost(block, *measure.metric)
                                     : block_seconds(block, measure);
}

std::map<int, double> block_cost(const MeasuredArm& arm, Measure measure) {
  std::map<int, double> costs;
  for (const Block* block : arm.blocks(Pass::time))
    if (const auto value = block_cost(*block, measure)) costs[block->index] = *value;
  return costs;
}

}  // namespace winnow::reports
