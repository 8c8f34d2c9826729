#pragma once

#include <string>
#include <vector>

#include "reports/sweep/report.h"

namespace winnow::reports {

std::string sweep_markdown(const SweepReport& report);
// The same as one HTML file that needs no network; its plots are in it.
std::string sweep_html(const SweepReport& report);

}  // namespace winnow::reports
