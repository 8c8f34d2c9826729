#pragma once

#include "reports/figures/table.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

// Whole process trees, exact, by the tree pass: figures of an iteration, and by the name of the
// program where there are several. Without a heading where no variant has a tree profile.
Table process_table(const Measured& arms);

}  // namespace winnow::reports
