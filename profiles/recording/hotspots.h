#pragma once

#include "profiles/recording/recording.h"
#include "profiles/recording/stacks.h"

namespace winnow::profiles {

// The table of functions of sampled call stacks, the largest flat time first. Flat rows add up to
// sampled_s; a function counts once per stack in the cumulative column, however often it recurs.
// total_s is left for the caller. No stacks give no rows.
SampledProfile hotspots(const Stacks& stacks);

}  // namespace winnow::profiles
