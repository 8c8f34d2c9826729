#include "reports/statistics/significance.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <numeric>

namespace winnow::reports {

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

}  // namespace winnow::reports
