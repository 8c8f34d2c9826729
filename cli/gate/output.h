#pragma once

#include <exception>
#include <functional>
#include <string>

#include "cli/run_report.h"
#include "reports/gate/gate.h"

namespace winnow::cli {

// Prints what `judge` finds (kReport: as summary.md has it) and writes what CI reads: into the
// folder `out` (empty: none) verdict.json, junit.xml and summary.md; the summary behind
// $GITHUB_STEP_SUMMARY; annotations on standard output where $GITHUB_ACTIONS is set. Gives the exit
// status.
//
// No verdict of an earlier gate outlives its beginning: the files say "invalid" until this one
// ends, even where it is killed, and stay so, with the reason, where `judge` throws, which goes on
// to the caller. A first gate that is asked for wrongly (base::UsageError) leaves no files.
// `begun`: what is known from the beginning, the mode and the command.
int write_gate(const std::string& out, Print printed, const reports::GateReport& begun,
               const std::function<reports::GateReport()>& judge);

// A gate that ended by this error: "invalid". Of a program that failed it has the status and the
// last lines (base::ProgramError).
reports::GateReport invalid_gate(reports::GateReport begun, const std::exception& error);

// Of a gate that could not begin: where an earlier one's verdict lies in `out` (empty: nowhere), it
// is replaced by "invalid", and the step summary says why. In a handler of the error, which it
// throws again.
[[noreturn]] void leave_no_verdict(const std::string& out, const std::exception& error);

}  // namespace winnow::cli
