#pragma once

#include "reports/blocks/same_work.h"
#include "reports/figures/table.h"
#include "reports/recorded/sampled.h"

namespace winnow::reports {

// For each kernel whose multiply-accumulates the program tells: sampled CPU time by them, and the
// share of one core's int8 peak.
// `all`: the profiles of the cpu pass.
Table kernel_table(const Measured& arms, const Profiles& all, const SameWork& same_work);

}  // namespace winnow::reports
