#include <fmt/format.h>

#include "base/error.h"
#include "reports/gate/renderers.h"
#include "reports/gate/words.h"
#include "reports/markup/replaced.h"

namespace winnow::reports {

namespace {

constexpr int kMostAnnotations = 10;  // of each kind GitHub shows so many a step

// The escapes of GitHub's workflow commands; a property also ends at ':' and ','.
std::string message_text(const std::string& text) {
  constexpr Replacement kEscapes[] = {{'%', "%25"}};
  return replaced(base::printable(text), kEscapes);
}

std::string property_text(const std::string& text) {
  constexpr Replacement kEscapes[] = {{':', "%3A"}, {',', "%2C"}};
  return replaced(message_text(text), kEscapes);
}

std::string command(const char* kind, const std::string& title, const std::string& message) {
  return fmt::format("::{} title={}::{}\n", kind, property_text(title), message_text(message));
}

bool is_bad(GateStatus status) {
  return status == GateStatus::kRegression || status == GateStatus::kChanged ||
         status == GateStatus::kUnmeasured;
}

}  // namespace

std::string gate_annotations(const GateReport& report) {
  const std::string alarm =
      report.alarm.empty() ? "" : command("warning", "Winnow gate: noise", report.alarm);
  if (report.outcome == GateOutcome::kPass) return alarm;
  const bool warning =
      report.outcome == GateOutcome::kInconclusive || report.outcome == GateOutcome::kNoBaseline;
  const std::string title = "Winnow gate: " + outcome_name(report.outcome);
  std::string text = command(warning ? "warning" : "error", title, report.sentence);
  int shown = 1;
  for (const GateFailure& failure : report.failures) {
    std::string lines = failure_text(failure);
    for (size_t at; (at = lines.find('\n')) != std::string::npos;) lines.replace(at, 1, " / ");
    if (shown++ < kMostAnnotations) text += command("error", failure.program, lines);
  }
  for (const GateRow& row : report.rows)
    if (is_bad(row.status) && shown++ < kMostAnnotations)
      text += command("error", row.variant + ": " + row.metric, row_sentence(row));
  if (!report.kernels.empty() && report.kernels.front().risen())
    text += command("notice", "Where the CPU time rose", kernel_sentence(report.kernels.front()));
  return text + alarm;
}

}  // namespace winnow::reports
