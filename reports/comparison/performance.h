#pragma once

#include "reports/blocks/compared.h"
#include "reports/figures/table.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

inline constexpr const char* kCpuRow = "CPU Time/Iteration";

// The Performance Summary: the time pass, and its share of the machine's int8 peak.
Table performance_table(const Measured& arms, const Compared& compared);

}  // namespace winnow::reports
