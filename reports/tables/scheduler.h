#pragma once

#include "profiles/recording/recording.h"
#include "reports/figures/table.h"

namespace winnow::reports {

inline constexpr const char* kSearchRow = "Work search time (searching)";
inline constexpr const char* kWaitRow = "Wait time (waiting)";
inline constexpr const char* kSignalRow = "Signal time (signalling)";

// Exact thread-seconds and counts of the sync pass, one row each.
Table scheduler_metrics(const profiles::Recording& recording);

}  // namespace winnow::reports
