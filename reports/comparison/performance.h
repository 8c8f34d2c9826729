#pragma once

#include "profiles/recording/recording.h"
#include "reports/blocks/compared.h"
#include "reports/figures/table.h"

namespace winnow::reports {

inline constexpr const char* kCpuRow = "CPU Time/Iteration";

// The Performance Summary: the time pass, and its share of the machine's int8 peak.
Table performance_table(const profiles::Recording& recording, const Compared& compared);

}  // namespace winnow::reports
