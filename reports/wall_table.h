#pragma once

#include "profiles/recording.h"
#include "reports/report.h"

namespace winnow::reports {

// Where threads were, waiting included; only persistent threads have one.
Table wall_table(const profiles::Recording& recording);

}  // namespace winnow::reports
