#pragma once

#include <string>

#include "reports/comparison/report.h"

namespace winnow::reports {

// Where the core-seconds of an iteration went: a bar for each variant.
std::string ledger_figure(const Report& report);

// The ledger's table, and of what the difference between the verdict's two variants consists.
std::string ledger_section(const Report& report);

}  // namespace winnow::reports
