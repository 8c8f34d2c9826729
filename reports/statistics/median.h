#pragma once

#include <cstddef>
#include <vector>

namespace winnow::reports {

// The values that leave as many out on either side.
struct Central {
  double low = 0, high = 0;
};

double median(std::vector<double> values);  // of at least one

// Of more than 2 * `left` values, in linear time; leaves them in another order.
Central leaving_out(size_t left, std::vector<double>& values);

}  // namespace winnow::reports
