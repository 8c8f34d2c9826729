#pragma once

#include "profiles/recording/recording.h"
#include "reports/comparison/report.h"

namespace winnow::reports {

// The timed variants by median, where there are three or more and all did the same work. `report`
// has the timings, the pairs against the baseline and the same-work check. The order and the
// fastest are chosen by the figures: Holm is over every two variants there.
Ranking ranking_of(const profiles::Recording& recording, const Report& report);

}  // namespace winnow::reports
