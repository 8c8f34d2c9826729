#pragma once

#include <string>
#include <vector>

#include "reports/blocks/compared.h"
#include "reports/figures/table.h"

namespace winnow::reports {

// The figures that the programs write of themselves. Without a heading where there are none.
Table metric_table(const Compared& compared);

// "1.02x, 99% CI ...": of each metric in which the A/A arm differs from the baseline.
std::vector<std::string> metric_alarms(const Compared& compared);

}  // namespace winnow::reports
