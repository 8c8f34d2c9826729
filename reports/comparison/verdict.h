#pragma once

#include <vector>

#include "reports/comparison/outcome.h"
#include "reports/comparison/same_behaviour.h"
#include "reports/comparison/tables.h"

namespace winnow::reports {

// All variants are compared with each other by the signed-rank test over pairs of blocks, at 99%
// for all of these comparisons together, and only where all did the same work: by wall time, or by
// the metric that decides. If all but one are proven worse than another, that one wins. If some
// are, those that are left tie, and the verdict says what they are proven better than. Doubts
// (confidence.h) make both probable. One that behaves like its rival (`alike`) has no cause to
// name.
Verdict verdict_of(const Grounds& grounds, const std::vector<SameBehaviour>& alike);

}  // namespace winnow::reports
