#pragma once

#include <vector>

#include "reports/comparison/legend_entry.h"

namespace winnow::reports {

struct Report;

// Of the marks that the report has.
std::vector<LegendEntry> legend_of(const Report& report);

}  // namespace winnow::reports
