#pragma once

#include <string>

#include "cli/measure_options.h"
#include "reports/sweep/report.h"

namespace winnow::cli {

// `winnow run` of a scenario with a table [sweep].
int sweep_command(const RunOptions& options, const Given& given);

// Does the folder hold a sweep?
bool holds_sweep(const std::string& folder);

// Its report as Markdown; the plots that this shows are written into `plot_folder`.
std::string sweep_report(const reports::SweepReport& report, const std::string& plot_folder);

}  // namespace winnow::cli
