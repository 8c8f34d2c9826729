#include "reports/statistics/unpaired_ratio.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <vector>

#include "reports/statistics/median.h"
#include "reports/statistics/ties.h"

namespace winnow::reports {

namespace {

constexpr int kMostExact = 40;  // of either sample; for more the normal distribution is near enough

std::vector<double> logarithms(std::span<const double> values) {
  std::vector<double> result;
  for (double value : values.first(std::min(values.size(), kMostPairs)))
    if (value > 0 && std::isfinite(value)) result.push_back(std::log(value));
  return result;
}

// P(U = u) for samples of m and n: the last observation in order is of the first sample with
// probability m / (m + n), and then lies above all n of the second.
std::vector<double> mann_whitney_distribution(int m, int n) {
  std::vector<std::vector<double>> row(static_cast<size_t>(n) + 1, {1.0});  // of m = 0
  for (int i = 1; i <= m; ++i) {
    for (int j = 1; j <= n; ++j) {
      std::vector<double> next(static_cast<size_t>(i) * j + 1);
      for (size_t u = 0; u < row[j].size(); ++u) next[u + j] += row[j][u] * i / (i + j);
      for (size_t u = 0; u < row[j - 1].size(); ++u) next[u] += row[j - 1][u] * j / (i + j);
      row[j] = std::move(next);
    }
  }
  return row[n];
}

}  // namespace

std::optional<int> mann_whitney_critical(int m, int n, double tail) {
  if (m < 1 || n < 1) return std::nullopt;
  if (std::max(m, n) > kMostExact) {
    const double mean = m * (n / 2.0), variance = mean * (m + n + 1.0) / 6;
    const boost::math::normal_distribution<double> normal(mean, std::sqrt(variance));
    const double u = std::floor(boost::math::quantile(normal, tail) - 0.5);
    return u < 0 ? std::nullopt : std::optional(static_cast<int>(u));
  }
  double sum = 0;
  int largest = -1;
  for (double probability : mann_whitney_distribution(m, n)) {
    sum += probability;
    if (sum > tail) break;
    ++largest;
  }
  return largest < 0 ? std::nullopt : std::optional(largest);
}

double mann_whitney_p(std::span<const double> first, std::span<const double> second) {
  const int m = static_cast<int>(std::min(first.size(), kMostPairs));
  const int n = static_cast<int>(std::min(second.size(), kMostPairs));
  if (m == 0 || n == 0) return 1;
  double above = 0;
  for (double a : first.first(static_cast<size_t>(m)))
    for (double b : second.first(static_cast<size_t>(n))) above += tied(a, b) ? 0.5 : a > b ? 1 : 0;
  const double u = std::min(above, static_cast<double>(m) * n - above);
  double tail = 0;
  if (std::max(m, n) > kMostExact) {
    const double mean = m * (n / 2.0), variance = mean * (m + n + 1.0) / 6;
    const boost::math::normal_distribution<double> normal(mean, std::sqrt(variance));
    tail = boost::math::cdf(normal, u + 0.5);
  } else {
    const std::vector<double> row = mann_whitney_distribution(m, n);
    const auto last = static_cast<size_t>(std::ceil(u));
    for (size_t i = 0; i <= last && i < row.size(); ++i) tail += row[i];
  }
  return std::min(1.0, 2 * tail);
}

UnpairedRatio unpaired_ratio(std::span<const double> first, std::span<const double> second,
                             double confidence) {
  const std::vector<double> above = logarithms(first), below = logarithms(second);
  UnpairedRatio result;
  if (above.empty() || below.empty()) return result;
  std::vector<double> differences;
  for (double a : above)
    for (double b : below) differences.push_back(std::abs(a - b) <= kTie ? 0 : a - b);
  result.ratio = std::exp(median(differences));
  const auto left = mann_whitney_critical(static_cast<int>(above.size()),
                                          static_cast<int>(below.size()), (1 - confidence) / 2);
  if (!left) return result;
  const Central interval = leaving_out(static_cast<size_t>(*left), differences);
  result.low = std::exp(interval.low);
  result.high = std::exp(interval.high);
  return result;
}

}  // namespace winnow::reports
