#pragma once

#include <string>

#include "reports/comparison/report.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

struct TopOptions {
  size_t functions = 20;
  size_t columns = 100;  // of the terminal
  bool colour = false;
};

// The hotspots of one variant for a terminal: flat share with its interval, a bar, the name.
std::string top(const Measured& arms, const Report& report, size_t variant,
                const TopOptions& options);

}  // namespace winnow::reports
