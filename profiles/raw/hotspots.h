#pragma once

#include <string>
#include <vector>

#include "profiles/recording/recording.h"
#include "profiles/symbols/categories.h"

namespace winnow::profiles {

// Merges gperftools CPU profiles of the same program into one table of functions, the largest flat
// time first. A function is the outermost one at an address that is not inlined, so that a thin
// inline wrapper does not split its caller. Flat rows add up to sampled_s; a function counts once
// per stack in the cumulative column, however often it recurs. `clock` is cpu or wall.
// iterations and total_s are left for the caller. A profile without samples gives no rows.
// Throws base::Error for a file that is no CPU profile, or for files of different periods.
SampledProfile read_sampled_profile(const std::vector<std::string>& prof_files, ProfileClock clock,
                                    const CategoryRules& rules);

}  // namespace winnow::profiles
