#include "reports/gate/renderers.h"
#include "reports/gate/words.h"
#include "reports/markup/junit_xml.h"

namespace winnow::reports {

namespace {

JunitCase::Result case_of(GateStatus status) {
  switch (status) {
    case GateStatus::kRegression:
      return JunitCase::kFailed;
    case GateStatus::kChanged:
    case GateStatus::kUnmeasured:
    case GateStatus::kInconclusive:
      return JunitCase::kError;
    case GateStatus::kBeside:
    case GateStatus::kUnchecked:
      return JunitCase::kSkipped;
    case GateStatus::kEqual:
    case GateStatus::kImproved:
    case GateStatus::kAllowed:
      return JunitCase::kPassed;
  }
  return JunitCase::kError;
}

// The verdict as a case of its own: a gate without rows fails too.
JunitCase::Result case_of(GateOutcome outcome) {
  if (outcome == GateOutcome::kPass) return JunitCase::kPassed;
  return outcome == GateOutcome::kRegression ? JunitCase::kFailed : JunitCase::kError;
}

// Of a time that rose the functions that take it, of allocations those that ask for them.
std::string risen_lines(const GateReport& report, const GateRow& row) {
  std::string lines;
  if (row.status != GateStatus::kRegression) return lines;
  if (is_of_allocations(row))
    for (const GateSite& site : report.sites)
      if (site.variant == row.variant) lines += site_sentence(site) + "\n";
  if (!is_time(row)) return lines;
  for (const GateKernel& kernel : report.kernels)
    if (kernel.variant == row.variant && kernel.risen()) lines += kernel_sentence(kernel) + "\n";
  return lines;
}

}  // namespace

std::string gate_junit(const GateReport& report) {
  std::vector<JunitCase> cases{{"gate", "verdict", case_of(report.outcome),
                                outcome_name(report.outcome), whole_sentence(report)}};
  for (const GateFailure& failure : report.failures)
    cases.front().details += failure_text(failure) + "\n";
  for (const std::string& warning : warnings_of(report))
    cases.front().details += "Warning: " + warning + "\n";
  for (const GateRow& row : report.rows) {
    const JunitCase::Result result = case_of(row.status);
    const bool noted = result == JunitCase::kSkipped && !row.note.empty();
    cases.push_back({row.variant, row.metric, result, status_name(row.status),
                     noted ? row.note : row_sentence(row), risen_lines(report, row)});
  }
  JunitProperties properties = facts_of(report);
  if (!report.command.empty()) properties.emplace_back("Command", report.command);
  for (const std::string& warning : warnings_of(report))
    properties.emplace_back("Warning", warning);
  return junit_xml("winnow gate", cases, properties);
}

}  // namespace winnow::reports
