#pragma once

#include "profiles/recording.h"
#include "reports/report.h"

namespace winnow::reports {

// The fastest variant wins if the sign test over pairs of blocks tells it from every other one, and
// only where all did the same work. `report` has its tables already.
Verdict verdict_of(const profiles::Recording& recording, const Report& report);

}  // namespace winnow::reports
