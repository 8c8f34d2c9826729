#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "profiles/recording/stacks.h"
#include "profiles/symbols/categories.h"

namespace winnow::profiles {

// The CPU time of process trees by call stack, from perf.data files. iterations is left for the
// caller; hotspots() makes the table of functions of it.
struct TreeStacks {
  Stacks stacks;
  int64_t lost = 0;         // records that found no room while it was recorded
  bool kernel_seen = true;  // false: a file at least has samples of user space alone
  int64_t truncated = 0;    // samples whose stack is longer than its copy: root "[truncated]"
};

// A frame is the outermost function at its address that is not inlined. What the kernel does is one
// leaf "[kernel]"; code without a name "[libfoo.so]", "[anonymous memory]" (made while the program
// ran) or "[unknown]". Files are looked for where they were while it was recorded. Throws
// base::Error for a file that cannot be read, or for samples of different periods.
TreeStacks tree_stacks(const std::vector<std::string>& data_files, const CategoryRules& rules);

}  // namespace winnow::profiles
