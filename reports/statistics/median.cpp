#include "reports/statistics/median.h"

#include <algorithm>

namespace winnow::reports {

double median(std::vector<double> values) {
  const Central middle = leaving_out((values.size() - 1) / 2, values);
  return values.size() % 2 == 1 ? middle.low : (middle.low + middle.high) / 2;
}

Central leaving_out(size_t left, std::vector<double>& values) {
  const auto low = values.begin() + static_cast<std::ptrdiff_t>(left);
  const auto high = values.end() - 1 - static_cast<std::ptrdiff_t>(left);
  std::nth_element(values.begin(), low, values.end());
  if (high != low) std::nth_element(low + 1, high, values.end());
  return {*low, *high};
}

}  // namespace winnow::reports
