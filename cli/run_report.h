#pragma once

#include <optional>
#include <string>

#include "profiles/run/plan.h"

namespace winnow::cli {

// What is printed at the end of a run.
enum class Print { kSummary, kReport };

// As --print says; without it the summary on a terminal, the report elsewhere. Throws
// base::UsageError.
Print print_of(const std::optional<std::string>& option);

// A run's recording becomes its report: report.md, its pictures and report.html in the run's
// folder, unless no block was good, and a text on standard output. `quick`: no verdict was asked
// for, which the recording tells, too. The exit status.
int report_run(const profiles::RunPlan& plan, profiles::Recording recording, bool quick,
               Print printed);

}  // namespace winnow::cli
