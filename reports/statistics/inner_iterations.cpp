#include "reports/statistics/inner_iterations.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace winnow::reports {

namespace {

constexpr size_t kLeastProcesses = 3, kLeastIterations = 2;
constexpr double kMostTimes = 4;

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance(const std::vector<double>& values) {
  const double middle = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - middle) * (value - middle);
  return squares / static_cast<double>(values.size() - 1);
}

}  // namespace

std::optional<InnerIterations> cheapest_iterations(
    const std::vector<std::vector<double>>& processes_s, double start_s) {
  if (processes_s.size() < kLeastProcesses) return std::nullopt;
  std::vector<double> means, variances;
  double fewest = static_cast<double>(processes_s.front().size());
  for (const auto& iterations : processes_s) {
    if (iterations.size() < kLeastIterations) return std::nullopt;
    fewest = std::min(fewest, static_cast<double>(iterations.size()));
    means.push_back(mean(iterations));
    variances.push_back(variance(iterations));
  }
  InnerIterations best;
  best.start_s = start_s;
  best.iteration_s = mean(means);
  if (!(best.iteration_s > 0)) return std::nullopt;
  const double within = mean(variances);
  const double between = std::max(0.0, variance(means) - within / fewest);
  best.within = std::sqrt(within) / best.iteration_s;
  best.between = std::sqrt(between) / best.iteration_s;
  const double most = kMostTimes * fewest;
  const double count =
      between > 0 ? std::sqrt(start_s / best.iteration_s * within / between) : most;
  best.count = static_cast<int>(std::clamp(std::ceil(count), 1.0, most));
  return best;
}

}  // namespace winnow::reports
