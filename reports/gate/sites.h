#pragma once

#include <string>
#include <vector>

#include "profiles/recording/recording.h"
#include "profiles/recording/stacks.h"
#include "reports/gate/gate.h"

namespace winnow::reports {

// Whether a rise of allocations or of their bytes is a regression, of any variant or of this one.
bool allocations_rose(const GateReport& report);
bool allocations_rose(const GateReport& report, const std::string& variant);

// Which functions allocate more in the candidate's stacks than in the baseline's, of one variant,
// for each of what an amount of this recording is shared out over: the one that rose by the most
// allocations first, then by bytes. None where one of the two stands for no iteration.
std::vector<GateSite> risen_sites(const profiles::Recording& recording, const std::string& variant,
                                  const profiles::Stacks& baseline,
                                  const profiles::Stacks& candidate);

}  // namespace winnow::reports
