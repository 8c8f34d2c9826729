#pragma once

#include <string>

#include "profiles/recording/recording.h"
#include "profiles/symbols/categories.h"

namespace winnow::profiles {

// Turns the raw files of the successful blocks below `folder` into recording.profiles, and
// writes their call stacks and timelines (profiles/recording/stacks.h,
// profiles/recording/timeline.h). A profile that cannot be read becomes an entry in
// recording.missing. Pass exact counts the allocations of as many iterations as the heap pass
// made.
void assemble_profiles(const std::string& folder, const CategoryRules& rules, Recording& recording);

}  // namespace winnow::profiles
