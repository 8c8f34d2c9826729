#pragma once

#include "profiles/recording/recording.h"
#include "reports/blocks/same_work.h"
#include "reports/figures/table.h"

namespace winnow::reports {

// For each kernel whose multiply-accumulates the program tells: sampled CPU time by them, and the
// share of one core's int8 peak.
Table kernel_table(const profiles::Recording& recording, const SameWork& same_work);

}  // namespace winnow::reports
