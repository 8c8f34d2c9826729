#pragma once

#include <string>
#include <vector>

#include "reports/figures/table.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

// Bytes allocated in the region by category; the dumps' checks as notes, failed ones as warnings.
Table memory_table(const Measured& arms, std::vector<std::string>& warnings);

}  // namespace winnow::reports
