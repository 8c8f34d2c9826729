#pragma once

#include "reports/figures/table.h"
#include "reports/recorded/sampled.h"

namespace winnow::reports {

// Where threads were, waiting included; only persistent threads have one.
Table wall_table(const Profiles& all);

}  // namespace winnow::reports
