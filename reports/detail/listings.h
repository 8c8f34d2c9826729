#pragma once

#include <string>
#include <vector>

#include "reports/comparison/report.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

// A table whose cells are words already.
struct Listing {
  std::string heading;
  std::vector<std::string> columns{};
  std::vector<std::vector<std::string>> rows{};
  bool symbols = false;  // the first cell of a row is a function or a call chain
  std::vector<std::string> notes{};
};

// The functions of one variant with the largest flat or cumulative time.
Listing functions_listing(const Measured& arms, const Report& report, size_t variant,
                          bool cumulative);
// p50, p90 and p99 of the iterations of the time pass.
Listing latency_listing(const Measured& arms, const Report& report);

// A share of `part` in `whole` samples with Wilson's interval at 95%.
struct Share {
  double share = 0, low = 0, high = 0;
};
Share share_of(double part, double whole);

}  // namespace winnow::reports
