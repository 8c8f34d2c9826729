#pragma once

#include "profiles/recording/sweep.h"
#include "reports/sweep/report.h"

namespace winnow::reports {

SweepReport make_sweep_report(const profiles::Sweep& sweep);

}  // namespace winnow::reports
