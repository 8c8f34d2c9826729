#pragma once

#include <string>

#include "reports/gate/gate.h"

namespace winnow::cli {

// Prints the summary and writes what CI reads: into the folder `out` (empty: none) verdict.json,
// junit.xml and summary.md; the summary behind $GITHUB_STEP_SUMMARY; annotations on standard output
// where $GITHUB_ACTIONS is set. Gives the exit status.
int write_gate(const reports::GateReport& report, const std::string& out);

}  // namespace winnow::cli
