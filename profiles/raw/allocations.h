#pragma once

#include <string>

#include "profiles/recording/recording.h"
#include "profiles/symbols/categories.h"

namespace winnow::profiles {

// The region's cumulative allocations by category, from two gperftools heap dumps of one process:
// region = end - begin for each stack, before_region = begin. Every category of the rules has a
// row, in the rules' order, "Other" last. header_bytes and header_objects are the difference of the
// dumps' headers: larger than the rows' sum when a dump was cut (at 1 MB, silently).
// iterations and exact_* are left for the caller. Throws base::Error for a file that is no dump, or
// when a counter is smaller at the end than at the beginning (they are 32 bits wide and wrap).
HeapProfile read_heap_profile(const std::string& begin_file, const std::string& end_file,
                              const CategoryRules& rules);

}  // namespace winnow::profiles
