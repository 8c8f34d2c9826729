#pragma once

#include <string>

#include "profiles/run/plan.h"

namespace winnow::profiles {

// What a run measures, as lines "what: value": two runs with the same text would measure the same,
// so that one may go on where the other ended. With the programs' files as they are now.
std::string plan_text(const RunPlan& plan);

// What differs first between two such texts, " (blocks: 20 instead of 10)"; empty where one of them
// tells nothing.
std::string plan_difference(const std::string& theirs, const std::string& ours);

}  // namespace winnow::profiles
