#pragma once

#include "profiles/recording/recording.h"
#include "reports/comparison/report.h"

namespace winnow::reports {

inline constexpr const char* kCpuRow = "CPU Time/Iteration";

Timing timing_of(const profiles::Recording& recording, const std::string& variant);

// The Performance Summary. `report` has the timings, the pairs and the same-work check already.
Table performance_table(const profiles::Recording& recording, const Report& report);

}  // namespace winnow::reports
