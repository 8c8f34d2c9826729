#pragma once

#include "profiles/recording/recording.h"
#include "reports/comparison/report.h"

namespace winnow::reports {

// The fastest variant wins if the signed-rank test over pairs of blocks tells it from every other
// one at 99 %, all of these comparisons together, and only where all did the same work. `report`
// has its tables already.
Verdict verdict_of(const profiles::Recording& recording, const Report& report);

}  // namespace winnow::reports
