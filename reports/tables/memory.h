#pragma once

#include <string>
#include <vector>

#include "profiles/recording/recording.h"
#include "reports/figures/table.h"

namespace winnow::reports {

// Bytes allocated in the region by category; the dumps' checks as notes, failed ones as warnings.
Table memory_table(const profiles::Recording& recording, std::vector<std::string>& warnings);

}  // namespace winnow::reports
