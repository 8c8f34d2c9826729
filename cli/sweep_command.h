#pragma once

#include <string>
#include <vector>

#include "cli/measure_options.h"
#include "profiles/sweep/plan.h"
#include "reports/sweep/report.h"
#include "scenarios/sweep_scenario.h"

namespace winnow::cli {

// `winnow run` of a scenario with a table [sweep].
int sweep_command(const RunOptions& options, const Given& given);

// What no sweep's command line may hold: throws base::UsageError.
void check_sweep_options(const RunOptions& options, const Given& given);
// All combinations that differ of a sweep's lists; measured, and the report written and printed.
std::vector<profiles::Condition> conditions_of(const scenarios::SweepScenario& scenario);
int finish_sweep(const profiles::SweepPlan& plan, const RunOptions& options);

// `winnow run` of programs in a scenario with a table [sweep].
int program_sweep_command(const RunOptions& options, const Given& given);

// Does the folder hold a sweep?
bool holds_sweep(const std::string& folder);

// Its report as Markdown; the plots that this shows are written into `plot_folder`.
std::string sweep_report(const reports::SweepReport& report, const std::string& plot_folder);

}  // namespace winnow::cli
