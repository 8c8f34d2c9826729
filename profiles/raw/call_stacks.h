#pragma once

#include <string>
#include <vector>

#include "profiles/recording/stacks.h"
#include "profiles/symbols/categories.h"

namespace winnow::profiles {

// From gperftools' files, merged: CPU profiles (`clock` cpu or wall) of the same program; what
// was allocated between two heap dumps of one process. iterations is left for the caller. They
// throw base::Error for files that are none, and for CPU profiles of different periods.
Stacks sampled_stacks(const std::vector<std::string>& prof_files, ProfileClock clock,
                      const CategoryRules& rules);
Stacks allocation_stacks(const std::string& begin_file, const std::string& end_file,
                         const CategoryRules& rules);

}  // namespace winnow::profiles
