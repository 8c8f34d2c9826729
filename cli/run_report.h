#pragma once

#include "profiles/run/plan.h"

namespace winnow::cli {

// A run's recording becomes its report: report.md, its pictures and report.html in the run's
// folder, unless no block was good, and the text on standard output. `quick`: no verdict was asked
// for, which the recording tells, too. The exit status.
int report_run(const profiles::RunPlan& plan, profiles::Recording recording, bool quick);

}  // namespace winnow::cli
