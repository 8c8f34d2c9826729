#pragma once

#include <string>

#include "profiles/recording/recording.h"
#include "reports/comparison/report.h"

namespace winnow::reports {

// What the A/A arm tells of the run's noise, and the smallest effect that each of `comparisons`
// comparisons could have detected (kLevel, kPower).
NoiseFloor noise_floor(const profiles::Recording& recording, int comparisons);

// The warning that the A/A arm itself differs from the baseline; empty: it does not.
std::string noise_alarm(const profiles::Recording& recording, const NoiseFloor& noise);

}  // namespace winnow::reports
