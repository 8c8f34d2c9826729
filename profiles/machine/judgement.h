#pragma once

#include <vector>

#include "profiles/recording/recording.h"

namespace winnow::profiles {

// What makes a machine fit for measuring, and what to do where it is not. The limits of what
// varies are for a machine that should be idle but for the measurement.
inline constexpr double kIdleLoad = 0.5;           // 1-minute load average
inline constexpr double kIdlePressurePercent = 5;  // PSI cpu, of the last 10 s
inline constexpr double kIdleStealPercent = 0.5;   // since the machine started

// Fills in `state` and, for a warning, `advice` of every fact. A fact without a value is unknown;
// so is a value that no rule here understands, with a note that says so.
void judge(std::vector<MachineFact>& facts);

}  // namespace winnow::profiles
