#include "reports/statistics/significance.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

namespace winnow::reports {

namespace {

constexpr double kMostToDetect = 1e6;  // pairs; nobody measures more

}  // namespace

double sign_test(int wins, int losses) {
  if (wins + losses == 0) return 1;
  const boost::math::binomial_distribution<double> coin(wins + losses, 0.5);
  return std::min(1.0, 2 * boost::math::cdf(coin, std::min(wins, losses)));
}

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&](size_t test) { return p[test]; });
  std::vector<double> adjusted(p.size());
  double largest = 0;
  for (size_t rank = 0; rank < order.size(); ++rank) {
    largest = std::max(largest, p[order[rank]] * static_cast<double>(p.size() - rank));
    adjusted[order[rank]] = std::min(1.0, largest);
  }
  return adjusted;
}

int pairs_needed(double level, int comparisons) {
  const double each = level / std::max(comparisons, 1);
  int pairs = 1;
  while (pairs < 1000 && std::ldexp(1.0, 1 - pairs) > each) ++pairs;
  return pairs;
}

std::optional<Sigma> sigma_of(const std::vector<double>& values, double confidence) {
  if (values.size() < 2) return std::nullopt;
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (double value : values) squares += (value - mean) * (value - mean);
  const boost::math::chi_squared_distribution<double> chi_squared(count - 1);
  const double tail = (1 - confidence) / 2;
  return Sigma{
      std::sqrt(squares / (count - 1)),
      std::sqrt(squares / boost::math::quantile(boost::math::complement(chi_squared, tail))),
      std::sqrt(squares / boost::math::quantile(chi_squared, tail))};
}

std::optional<double> detectable_effect(double sigma, int pairs, double level, int comparisons) {
  if (pairs < pairs_needed(level, comparisons) || pairs < 2) return std::nullopt;
  const boost::math::students_t_distribution<double> t(pairs - 1);
  const double each = level / std::max(comparisons, 1);
  const double quantiles =
      boost::math::quantile(t, 1 - each / 2) + boost::math::quantile(t, kPower);
  return std::exp(quantiles * sigma / std::sqrt(pairs)) - 1;
}

int pairs_to_detect(double effect, double sigma, double level) {
  const boost::math::normal_distribution<double> normal;
  const double z = boost::math::quantile(normal, 1 - level / 2);
  const double both = z + boost::math::quantile(normal, kPower);
  const double pairs = std::pow(both * sigma / std::log1p(effect), 2) + z * z / 2;
  return std::max(pairs_needed(level, 1),
                  static_cast<int>(std::ceil(std::min(pairs, kMostToDetect))));
}

}  // namespace winnow::reports
