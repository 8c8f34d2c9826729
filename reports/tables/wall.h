#pragma once

#include "profiles/recording/recording.h"
#include "reports/figures/table.h"

namespace winnow::reports {

// Where threads were, waiting included; only persistent threads have one.
Table wall_table(const profiles::Recording& recording);

}  // namespace winnow::reports
