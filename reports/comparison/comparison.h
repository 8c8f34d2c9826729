#pragma once

#include "profiles/recording/recording.h"
#include "reports/comparison/report.h"

namespace winnow::reports {

// What the recording says: every figure comes from it, and what it does not hold is named as
// missing with the reason. The baseline comes first, then the other variants.
Report make_report(const profiles::Recording& recording);

// The same of what is measured already; the baseline comes first in it.
Report make_report(const Measured& arms);

}  // namespace winnow::reports
