#pragma once

#include <string>
#include <vector>

#include "profiles/recording/recording.h"
#include "profiles/recording/stacks.h"
#include "reports/gate/gate.h"

namespace winnow::reports {

// Which functions' sampled CPU time per unit of work rose from one build to the other, of variants
// whose cpu pass both have: per multiply-accumulate where the program counts them, else per
// iteration. First those whose rise is proven (at 95% over all functions together, counting
// samples at random), then the others; each by what it costs an iteration, the dearest first. A
// variant's cause is its first proven one that is work: the scheduler's waiting follows from it,
// and is the cause only where nothing else rose.
std::vector<GateKernel> risen_kernels(const profiles::Recording& baseline,
                                      const profiles::Recording& candidate);

// Whether both have the CPU profile of a variant, so that no risen kernel means that none rose.
bool have_profiles(const profiles::Recording& baseline, const profiles::Recording& candidate);

// Of a variant whose wall time rose: whether it mostly waits, and CPU time rose by less than half
// of that. No profile of CPU time tells why.
bool waits_longer(const GateReport& report);

// File and line of the variant's functions that have none yet, by the sampled stacks of a side.
void place_kernels(const profiles::Stacks& stacks, const std::string& variant,
                   std::vector<GateKernel>& kernels);

}  // namespace winnow::reports
