#include "reports/sweep/usl_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "reports/recorded/questions.h"

namespace winnow::reports {

namespace {

constexpr int kResamples = 1000;
constexpr uint64_t kSeed = 20260101;
constexpr size_t kFewestBlocks = 6;  // as for every interval of this report

using Speedups = std::vector<std::pair<double, double>>;

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
  const size_t left = values.size() / 40;  // 2.5 %
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

double usl_speedup(double sigma, double kappa, double threads) {
  return threads / (1 + sigma * (threads - 1) + kappa * threads * (threads - 1));
}

// With y = n / C - 1 the law is linear, y = sigma (n - 1) + kappa n (n - 1); each point is weighted
// by C / n, which makes the residual the relative error of n / C. Two non-negative coefficients
// need no solver: the least of the unconstrained solution, where allowed, and the solutions with
// one or both at zero.
UslCoefficients fit_coefficients(const Speedups& speedups) {
  double aa = 0, ab = 0, bb = 0, ay = 0, by = 0;
  for (const auto& [threads, speedup] : speedups) {
    if (threads <= 1 || !(speedup > 0)) continue;
    const double weight = speedup / threads;
    const double a = (threads - 1) * weight, b = threads * a, y = 1 - weight;
    aa += a * a, ab += a * b, bb += b * b, ay += a * y, by += b * y;
  }
  if (!(aa > 0)) return {};
  std::vector<UslCoefficients> allowed{
      {}, {std::max(0.0, ay / aa), 0}, {0, std::max(0.0, by / bb)}};
  const double determinant = aa * bb - ab * ab;
  if (determinant > 1e-12 * aa * bb) {
    const UslCoefficients free{(ay * bb - by * ab) / determinant,
                               (by * aa - ay * ab) / determinant};
    if (free.sigma >= 0 && free.kappa >= 0) allowed.push_back(free);
  }
  return *std::ranges::min_element(allowed, {}, [&](const UslCoefficients& fit) {
    return fit.sigma * fit.sigma * aa + 2 * fit.sigma * fit.kappa * ab +
           fit.kappa * fit.kappa * bb - 2 * (fit.sigma * ay + fit.kappa * by);
  });
}

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
