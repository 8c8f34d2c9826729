#include "reports/statistics/quantile_interval.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

namespace winnow::reports {

namespace {

// From 1; none where no rank is far enough out.
struct Ranks {
  std::optional<int> low, high;
};

Ranks ranks_of(int n, double probability, double confidence) {
  const double tail = (1 - confidence) / 2;
  const boost::math::binomial below(n, probability);
  std::vector<int> ranks(static_cast<size_t>(n) + 1);  // the last one is none
  std::iota(ranks.begin(), ranks.end(), 1);
  const int above_low = *std::ranges::partition_point(
      ranks, [&](int rank) { return rank <= n && cdf(below, rank - 1) <= tail; });
  const int high = *std::ranges::partition_point(
      ranks, [&](int rank) { return rank <= n && cdf(complement(below, rank - 1)) > tail; });
  Ranks result;
  if (above_low > 1) result.low = above_low - 1;
  if (high <= n) result.high = high;
  return result;
}

double design_effect(const std::vector<std::vector<double>>& processes, double value,
                     double probability, double confidence) {
  double squares = 0, n = 0;
  for (const auto& values : processes) {
    const auto size = static_cast<double>(values.size());
    const auto below = static_cast<double>(
        std::ranges::count_if(values, [&](double each) { return each <= value; }));
    squares += (below - size * probability) * (below - size * probability);
    n += size;
  }
  const auto k = static_cast<double>(processes.size());
  const double upper = (1 + confidence) / 2;
  const double few =
      quantile(boost::math::students_t(k - 1), upper) / quantile(boost::math::normal(), upper);
  return std::max(1.0, few * few * squares / (n * probability * (1 - probability)) * k / (k - 1));
}

}  // namespace

Quantile quantile_of(const std::vector<std::vector<double>>& processes, double probability,
                     double confidence) {
  std::vector<double> sorted;
  for (const auto& values : processes) sorted.insert(sorted.end(), values.begin(), values.end());
  std::ranges::sort(sorted);
  const auto n = static_cast<double>(sorted.size());
  const auto at_rank = [&](double rank) {
    return sorted[static_cast<size_t>(std::clamp(rank, 1.0, n)) - 1];
  };
  Quantile result{at_rank(std::ceil(n * probability)), 1};
  if (processes.size() < 2) return result;
  const double effect = design_effect(processes, result.value, probability, confidence);
  result.independent = std::max(1.0, n / effect);
  const int independent = static_cast<int>(result.independent);
  const Ranks ranks = ranks_of(independent, probability, confidence);
  if (!ranks.low || !ranks.high) return result;
  const double scale = n / independent;
  result.interval = {at_rank(std::floor(*ranks.low * scale)),
                     at_rank(std::ceil(*ranks.high * scale))};
  return result;
}

int values_for_interval(double probability, double confidence) {
  const double outer = std::max(probability, 1 - probability);
  return static_cast<int>(std::ceil(std::log((1 - confidence) / 2) / std::log(outer)));
}

}  // namespace winnow::reports
