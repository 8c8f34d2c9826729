#pragma once

#include <vector>

#include "profiles/recording/recording.h"
#include "reports/gate/gate.h"

namespace winnow::reports {

// Which functions' sampled CPU time per unit of work rose from one build to the other, of variants
// whose cpu pass both have: per multiply-accumulate where the program counts them, else per
// iteration. First those whose rise is proven (at 95 % over
// all functions together, counting samples at random), compute before
// the scheduler's waiting, which follows from it, and among equals the one that costs an iteration
// most.
std::vector<GateKernel> risen_kernels(const profiles::Recording& baseline,
                                      const profiles::Recording& candidate);

}  // namespace winnow::reports
