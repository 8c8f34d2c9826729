#pragma once

#include <string>
#include <vector>

#include "profiles/recording/recording.h"

namespace winnow::reports {

// A sentence for every warning that spoils a measurement itself, whatever is compared: a quota, its
// throttling, a clock that follows the load, stolen time.
std::vector<std::string> machine_alarms(const profiles::Recording& recording);

}  // namespace winnow::reports
