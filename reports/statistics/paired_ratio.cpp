#include "reports/statistics/paired_ratio.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

#include "reports/statistics/median.h"
#include "reports/statistics/ties.h"

namespace winnow::reports {

namespace {

// Differences; for more the normal distribution is near enough.
constexpr int kMostExactPairs = 100;
constexpr int kHalfARank = 1;  // of sums of doubled ranks: that distribution's continuity

// P(sum = s), s at most `largest`, when each of `weights` is added with probability 1/2.
std::vector<double> sum_distribution(const std::vector<int>& weights, int largest) {
  std::vector<double> probability(static_cast<size_t>(largest) + 1);
  probability[0] = 1;
  int reached = 0;
  for (int weight : weights) {
    reached = std::min(reached + weight, largest);
    for (int sum = reached; sum >= weight; --sum)
      probability[sum] = probability[sum] / 2 + probability[sum - weight] / 2;
    for (int sum = std::min(weight - 1, reached); sum >= 0; --sum) probability[sum] /= 2;
  }
  return probability;
}

// Twice the midranks of the absolute values, so that ties stay whole numbers.
std::vector<int> doubled_ranks(const std::vector<double>& values) {
  std::vector<double> sorted;
  for (double value : values) sorted.push_back(std::abs(value));
  std::ranges::sort(sorted);
  std::vector<int> ranks;
  for (double value : values) {
    const auto [from, to] = std::equal_range(sorted.begin(), sorted.end(), std::abs(value));
    ranks.push_back(static_cast<int>((from - sorted.begin()) + (to - sorted.begin())) + 1);
  }
  return ranks;
}

double signed_rank_p(std::vector<double> differences) {
  std::erase(differences, 0.0);
  if (differences.empty()) return 1;
  const std::vector<int> ranks = doubled_ranks(differences);
  int positive = 0, whole = 0;
  double squares = 0;
  for (size_t i = 0; i < ranks.size(); ++i) {
    whole += ranks[i];
    squares += static_cast<double>(ranks[i]) * ranks[i];
    if (differences[i] > 0) positive += ranks[i];
  }
  const int smaller = std::min(positive, whole - positive);
  if (static_cast<int>(ranks.size()) > kMostExactPairs) {
    const boost::math::normal_distribution<double> normal(whole / 2.0, std::sqrt(squares) / 2);
    return std::min(1.0, 2 * boost::math::cdf(normal, smaller + kHalfARank));
  }
  const std::vector<double> probability = sum_distribution(ranks, smaller);
  return std::min(1.0, 2 * std::accumulate(probability.begin(), probability.end(), 0.0));
}

}  // namespace

std::optional<int> signed_rank_critical(int n, double tail) {
  if (n < 1) return std::nullopt;
  if (n > kMostExactPairs) {
    const double mean = n * (n + 1.0) / 4, variance = mean * (2.0 * n + 1) / 6;
    const boost::math::normal_distribution<double> normal(mean, std::sqrt(variance));
    return static_cast<int>(std::floor(boost::math::quantile(normal, tail) - 0.5));
  }
  std::vector<int> ranks(static_cast<size_t>(n));
  std::iota(ranks.begin(), ranks.end(), 1);
  double sum = 0;
  int largest = -1;
  for (double probability : sum_distribution(ranks, n * (n + 1) / 4)) {
    sum += probability;
    if (sum > tail) break;
    ++largest;
  }
  return largest < 0 ? std::nullopt : std::optional(largest);
}

PairedRatio paired_ratio(std::span<const double> first, std::span<const double> second,
                         double confidence) {
  std::vector<double> differences;
  for (size_t i = 0; i < std::min({first.size(), second.size(), kMostPairs}); ++i) {
    const double difference = std::log(first[i]) - std::log(second[i]);
    if (std::isfinite(difference)) differences.push_back(difference);
  }
  PairedRatio result;
  result.pairs = static_cast<int>(differences.size());
  if (differences.empty()) return result;
  differences = with_ties(std::move(differences));
  std::vector<double> walsh;  // averages of every two differences, and of each with itself
  for (size_t i = 0; i < differences.size(); ++i)
    for (size_t j = i; j < differences.size(); ++j)
      walsh.push_back((differences[i] + differences[j]) / 2);
  if (const auto left = signed_rank_critical(result.pairs, (1 - confidence) / 2)) {
    const Central interval = leaving_out(static_cast<size_t>(*left), walsh);
    result.low = std::exp(interval.low);
    result.high = std::exp(interval.high);
  }
  result.ratio = std::exp(median(std::move(walsh)));
  result.p = signed_rank_p(std::move(differences));
  return result;
}

MedianInterval median_interval(std::vector<double> values, double confidence) {
  MedianInterval result;
  if (values.empty()) return result;
  std::ranges::sort(values);
  result.median = median(values);
  const boost::math::binomial_distribution<double> below(static_cast<double>(values.size()), 0.5);
  const double tail = (1 - confidence) / 2;
  size_t left = 0;  // values to leave out on either side
  if (boost::math::cdf(below, 0.0) > tail) return result;
  while (left + 1 < values.size() / 2 && boost::math::cdf(below, left + 1) <= tail) ++left;
  result.low = values[left];
  result.high = values[values.size() - 1 - left];
  return result;
}

}  // namespace winnow::reports
