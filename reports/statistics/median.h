#pragma once

#include <vector>

namespace winnow::reports {

double median(std::vector<double> values);  // of at least one

}  // namespace winnow::reports
