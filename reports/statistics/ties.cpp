#include "reports/statistics/ties.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace winnow::reports {

bool tied(double a, double b) {
  return std::abs(a - b) <= kTie * std::max(std::abs(a), std::abs(b));
}

std::vector<double> with_ties(std::vector<double> logarithms) {
  std::vector<size_t> order(logarithms.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t i) { return std::abs(logarithms[i]); });
  double smallest = 0;  // of those that are tied
  for (const size_t i : order) {
    const double size = std::abs(logarithms[i]);
    if (size - smallest > kTie) smallest = size;
    logarithms[i] = std::copysign(smallest, logarithms[i]);
  }
  return logarithms;
}

}  // namespace winnow::reports
