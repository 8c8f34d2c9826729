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

std::string command(const char* kind, const std::string& title, const std::string& message,
                    const std::string& file = "", int line = 0) {
  // Files of the system are none of the repository's.
  const std::string place = file.empty() || file.starts_with('/') || line <= 0
                                ? ""
                                : fmt::format("file={},line={},", property_text(file), line);
  return fmt::format("::{} {}title={}::{}\n", kind, place, property_text(title),
                     message_text(message));
}

// What a row annotates: of times the cause, of allocations the first function that asks for more.
std::string row_command(const GateReport& report, const GateRow& row) {
  const std::string title = row.variant + ": " + row.metric;
  if (is_time(row))
    for (const GateKernel& kernel : report.kernels)
      if (kernel.variant == row.variant && kernel.cause)
        return command("error", title, row_sentence(row), kernel.file, kernel.line);
  if (is_of_allocations(row))
    for (const GateSite& site : report.sites)
      if (site.variant == row.variant)
        return command("error", title, row_sentence(row) + " " + site_sentence(site), site.file,
                       site.line);
  return command("error", title, row_sentence(row));
}

bool is_bad(GateStatus status) {
  return status == GateStatus::kRegression || status == GateStatus::kChanged ||
         status == GateStatus::kUnmeasured;
}

}  // namespace

std::string gate_annotations(const GateReport& report) {
  std::string warnings;
  if (!report.alarm.empty()) warnings += command("warning", "Winnow gate: noise", report.alarm);
  for (const std::string& each : report.disturbance.warnings)
    warnings += command("warning", "Winnow gate: disturbed", each);
  if (report.outcome == GateOutcome::kPass) return warnings;
  const bool warning =
      report.outcome == GateOutcome::kInconclusive || report.outcome == GateOutcome::kNoBaseline;
  const std::string title = "Winnow gate: " + outcome_name(report.outcome);
  std::string text = command(warning ? "warning" : "error", title, whole_sentence(report));
  int shown = 1;
  for (const GateFailure& failure : report.failures) {
    constexpr Replacement kOnOneLine[] = {{'\n', " / "}};
    if (shown++ < kMostAnnotations)
      text += command("error", failure.program, replaced(failure_text(failure), kOnOneLine));
  }
  for (const GateRow& row : report.rows)
    if (is_bad(row.status) && shown++ < kMostAnnotations) text += row_command(report, row);
  if (const GateKernel* cause = cause_of(report))
    text += command("notice", "Where the CPU time rose", kernel_sentence(*cause), cause->file,
                    cause->line);
  return text + warnings;
}

}  // namespace winnow::reports
