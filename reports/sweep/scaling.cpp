#include <algorithm>

#include "reports/statistics/unpaired_ratio.h"
#include "reports/sweep/parts.h"
#include "reports/sweep/usl_fit.h"

namespace winnow::reports {

using profiles::Condition;

namespace {

Condition undisturbed(const std::string& mix, int batch, int threads) {
  Condition condition;
  condition.mix = mix;
  condition.batch = batch;
  condition.threads = threads;
  return condition;
}

SweepGrid grid(const SweepCells& cells, const std::string& mix, int batch, int threads,
               std::vector<int> points) {
  SweepGrid result{mix, threads, batch, std::move(points), {}};
  for (size_t variant = 0; variant < cells.variants().size(); ++variant) {
    SweepLine line{cells.labels()[variant], {}, {}};
    for (int point : result.points) {
      const Condition condition =
          batch > 0 ? undisturbed(mix, batch, point) : undisturbed(mix, point, threads);
      line.throughput.push_back(cells.throughput(variant, condition));
      line.latency_ms.push_back(cells.latency_ms(variant, condition));
    }
    result.lines.push_back(std::move(line));
  }
  return result;
}

Estimate efficiency(const std::vector<double>& many, const std::vector<double>& one, int threads) {
  const UnpairedRatio ratio = unpaired_ratio(many, one);
  if (!ratio.ratio) return unavailable_estimate("no figure on one thread");
  if (threads == 1) return {1, 1, 1, static_cast<int>(one.size()), ""};
  Estimate estimate;
  estimate.blocks = static_cast<int>(std::min(many.size(), one.size()));
  estimate.value = *ratio.ratio / threads;
  if (ratio.low) estimate.low = *ratio.low / threads;
  if (ratio.high) estimate.high = *ratio.high / threads;
  return estimate;
}

}  // namespace

SweepGrid grid_by_batch(const SweepCells& cells, const std::string& mix, int threads) {
  return grid(cells, mix, 0, threads, cells.batches(mix, threads));
}

SweepGrid grid_by_threads(const SweepCells& cells, const std::string& mix, int batch) {
  return grid(cells, mix, batch, 0, cells.threads(mix, batch));
}

// Thread counts are different conditions: their blocks are not paired.
Scaling scaling_of(const SweepCells& cells, SweepGrid grid) {
  Scaling scaling{std::move(grid), {}};
  for (size_t variant = 0; variant < cells.variants().size(); ++variant) {
    const SweepLine& figures = scaling.grid.lines[variant];
    const auto throughputs = [&](int threads) {
      auto values =
          cells.throughputs(variant, undisturbed(scaling.grid.mix, scaling.grid.batch, threads));
      std::erase_if(values, [](double value) { return !(value > 0); });
      return values;
    };
    const std::vector<double> one = throughputs(1);
    std::vector<ThreadPoint> points;
    std::vector<Estimate> efficiencies;
    for (size_t i = 0; i < scaling.grid.points.size(); ++i) {
      const int threads = scaling.grid.points[i];
      std::vector<double> many = throughputs(threads);
      if (many.empty() || threads < 1) {
        efficiencies.push_back(unavailable_estimate(threads < 1 ? "no thread count is recorded"
                                                                : figures.throughput[i].reason));
        continue;
      }
      efficiencies.push_back(efficiency(many, one, threads));
      points.push_back({threads, std::move(many)});
    }
    ScalingLine line = fit_usl(points);
    line.variant = cells.labels()[variant];
    line.efficiency = std::move(efficiencies);
    scaling.lines.push_back(std::move(line));
  }
  return scaling;
}

}  // namespace winnow::reports
