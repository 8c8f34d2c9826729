#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiles/process/plan.h"

namespace winnow::profiles {

// Asks the plan for the machine's peaks, if it has any and they are not there yet. What is to know
// of them, or why there are none, is a warning.
void take_peaks(const MeasuringPlan& plan, std::optional<Roofline>& roofline,
                std::vector<std::string>& warnings);

}  // namespace winnow::profiles
