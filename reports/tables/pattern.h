#pragma once

#include "reports/blocks/compared.h"
#include "reports/figures/table.h"

namespace winnow::reports {

// Outliers and modes of the blocks in words; no rows. Without a heading where no variant was timed.
Table pattern_table(const Compared& compared);

}  // namespace winnow::reports
