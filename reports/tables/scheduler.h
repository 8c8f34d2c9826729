#pragma once

#include "reports/figures/table.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

inline constexpr const char* kSearchRow = "Work search time (searching)";
inline constexpr const char* kWaitRow = "Wait time (waiting)";
inline constexpr const char* kSignalRow = "Signal time (signalling)";

// Exact thread-seconds and counts of the sync pass, one row each.
Table scheduler_metrics(const Measured& arms);

}  // namespace winnow::reports
