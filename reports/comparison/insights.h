#pragma once

#include "profiles/recording/recording.h"
#include "reports/comparison/report.h"

namespace winnow::reports {

// Adds the sentences to the report's tables. Each is chosen and filled by the rows it speaks of and
// says no more than they show; costs are compared only where the work is proven to be the same.
void add_insights(const profiles::Recording& recording, Report& report);

}  // namespace winnow::reports
