#include "reports/blocks/timing.h"

#include <algorithm>

#include "reports/blocks/block_times.h"
#include "reports/statistics/median.h"
#include "reports/statistics/paired_ratio.h"
#include "reports/statistics/significance.h"

namespace winnow::reports {

using profiles::Block;

namespace {

void add_throughput(Timing& timing, const std::vector<double>& medians, double items) {
  if (items <= 0) return;
  for (double seconds : medians)
    if (seconds > 0) timing.blocks_items_per_s.push_back(items / seconds);
  if (timing.blocks_items_per_s.empty()) return;
  const MedianInterval interval = median_interval(timing.blocks_items_per_s, 1 - kLevel);
  timing.items_per_s = interval.median;
  timing.items_per_s_low = interval.low;
  timing.items_per_s_high = interval.high;
}

}  // namespace

Timing timing_of(const MeasuredArm& arm, double items) {
  Timing timing;
  std::vector<double> medians, cpu, cores;
  for (const Block* block : arm.blocks(Pass::time)) {
    const auto middle = block_seconds(*block, Measure::kWall);
    if (!middle) continue;
    medians.push_back(*middle);
    timing.iterations += static_cast<int64_t>(block->iteration_wall_ns.size());
    timing.blocks_s.push_back(iterations_s(*block));
    for (double wall_s : timing.blocks_s.back()) timing.total_s += wall_s;
    if (const auto cpu_s = block_seconds(*block, Measure::kCpu)) cpu.push_back(*cpu_s);
    if (const auto busy = cores_busy(*block)) cores.push_back(*busy);
  }
  timing.blocks = static_cast<int>(medians.size());
  if (medians.empty()) return timing;
  timing.lowest_s = *std::ranges::min_element(medians);
  timing.highest_s = *std::ranges::max_element(medians);
  timing.iteration_s = timing.total_s / static_cast<double>(timing.iterations);
  add_throughput(timing, medians, items);
  timing.median_s = median(std::move(medians));
  if (!cpu.empty()) timing.cpu_s = median(std::move(cpu));
  if (!cores.empty()) timing.cores_busy = median(std::move(cores));
  return timing;
}

}  // namespace winnow::reports
