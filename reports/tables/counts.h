#pragma once

#include "reports/figures/table.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

// Futex calls and instructions of whole process trees, by the futex pass and the count pass.
// Without a heading where nobody asked for them.
Table count_table(const Measured& arms);

}  // namespace winnow::reports
