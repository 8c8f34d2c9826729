#include "reports/sweep/usl_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "reports/statistics/median.h"
#include "reports/statistics/usl.h"

namespace winnow::reports {

namespace {

constexpr int kResamples = 1000;
constexpr uint64_t kSeed = 20260101;
constexpr size_t kFewestBlocks = 6;  // as for every interval of this report

Speedups speedups_of(const std::vector<std::pair<int, double>>& throughputs, double one_thread) {
  Speedups result;
  for (const auto& [threads, throughput] : throughputs)
    result.emplace_back(threads, throughput / one_thread);
  return result;
}

// The median of as many values, drawn with replacement.
double resampled_median(const std::vector<double>& values, std::mt19937_64& random) {
  std::vector<double> drawn;
  for (size_t i = 0; i < values.size(); ++i) drawn.push_back(values[random() % values.size()]);
  return median(std::move(drawn));
}

void set_percentiles(Estimate& estimate, std::vector<double> values) {
  std::ranges::sort(values);
  const size_t left = values.size() / 40;  // 2.5%
  estimate.low = std::min(values[left], *estimate.value);
  estimate.high = std::max(values[values.size() - 1 - left], *estimate.value);
}

void add_intervals(UslFit& fit, const std::vector<ThreadPoint>& points) {
  std::mt19937_64 random(kSeed);
  std::vector<double> sigmas, kappas;
  for (int i = 0; i < kResamples; ++i) {
    std::vector<std::pair<int, double>> throughputs;
    double one_thread = 0;
    for (const ThreadPoint& point : points) {
      throughputs.emplace_back(point.threads, resampled_median(point.throughputs, random));
      if (point.threads == 1) one_thread = throughputs.back().second;
    }
    const UslCoefficients drawn = fit_coefficients(speedups_of(throughputs, one_thread));
    sigmas.push_back(drawn.sigma);
    kappas.push_back(drawn.kappa);
  }
  set_percentiles(fit.sigma, std::move(sigmas));
  set_percentiles(fit.kappa, std::move(kappas));
}

}  // namespace

ScalingLine fit_usl(const std::vector<ThreadPoint>& points) {
  ScalingLine line;
  std::vector<std::pair<int, double>> throughputs;
  double one_thread = 0;
  size_t fewest = std::numeric_limits<size_t>::max();
  for (const ThreadPoint& point : points) {
    fewest = std::min(fewest, point.throughputs.size());
    throughputs.emplace_back(point.threads, median(point.throughputs));
    if (point.threads == 1) one_thread = throughputs.back().second;
  }
  if (points.size() < 3) {
    line.reason = fmt::format("{} thread count{} measured, the fit needs 3 or more", points.size(),
                              points.size() == 1 ? "" : "s");
    return line;
  }
  if (!(one_thread > 0)) {
    line.reason = "not measured on one thread, which the speedup is against";
    return line;
  }
  const Speedups speedups = speedups_of(throughputs, one_thread);
  const UslCoefficients best = fit_coefficients(speedups);
  UslFit fit;
  fit.one_thread = one_thread;
  fit.sigma.value = best.sigma;
  fit.kappa.value = best.kappa;
  fit.sigma.blocks = fit.kappa.blocks = static_cast<int>(fewest);
  if (best.kappa > 0) fit.peak_threads = std::sqrt(std::max(0.0, 1 - best.sigma) / best.kappa);
  for (const auto& [threads, speedup] : speedups)
    fit.worst_error = std::max(
        fit.worst_error, std::abs(usl_speedup(best.sigma, best.kappa, threads) / speedup - 1));
  if (fewest >= kFewestBlocks) add_intervals(fit, points);
  line.usl = fit;
  return line;
}

}  // namespace winnow::reports
