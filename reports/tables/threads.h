#pragma once

#include "profiles/recording/recording.h"
#include "reports/comparison/report.h"

namespace winnow::reports {

// Threads and scheduling, exact, from the sync pass; the design's formula stands beside what was
// measured, as an estimate. Variants are compared only where they did the same work.
ThreadAnalysis thread_analysis(const profiles::Recording& recording, const SameWork& same_work);

// "9,600x fewer thread creations (measured)"; by the formulas where one of the two was not
// measured; empty where there are no formulas either.
std::string creations_compared(const Creations& from, const Creations& to);

}  // namespace winnow::reports
