#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "reports/gate_renderers.h"
#include "reports/gate_words.h"

namespace winnow::reports {

namespace {

// For an attribute or text of XML 1.0: valid UTF-8 without control characters.
std::string xml(const std::string& text) {
  std::string result;
  for (const char c : base::printable(text)) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else
      result += c;
  }
  // XML forbids these two, which UTF-8 can write.
  for (const char* forbidden : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})
    for (size_t at; (at = result.find(forbidden)) != std::string::npos;) result.replace(at, 3, "?");
  return result;
}

enum class Case { kPassed, kFailed, kError, kSkipped };

Case case_of(GateStatus status) {
  switch (status) {
    case GateStatus::kRegression:
      return Case::kFailed;
    case GateStatus::kChanged:
    case GateStatus::kUnmeasured:
    case GateStatus::kInconclusive:
      return Case::kError;
    case GateStatus::kUnchecked:
      return Case::kSkipped;
    case GateStatus::kEqual:
    case GateStatus::kImproved:
    case GateStatus::kAllowed:
      return Case::kPassed;
  }
  return Case::kError;
}

std::string test_case(const std::string& suite, const std::string& name, Case result,
                      const std::string& type, const std::string& message) {
  const std::string open =
      fmt::format("  <testcase classname=\"winnow.{}\" name=\"{}\"", xml(suite), xml(name));
  if (result == Case::kPassed) return open + "/>\n";
  if (result == Case::kSkipped)
    return open + fmt::format("><skipped message=\"{}\"/></testcase>\n", xml(message));
  const char* tag = result == Case::kFailed ? "failure" : "error";
  return open + fmt::format("><{} type=\"{}\" message=\"{}\"/></testcase>\n", tag, xml(type),
                            xml(message));
}

// The verdict as a case of its own: a gate without rows fails too.
Case case_of(GateOutcome outcome) {
  if (outcome == GateOutcome::kPass) return Case::kPassed;
  return outcome == GateOutcome::kRegression ? Case::kFailed : Case::kError;
}

}  // namespace

std::string gate_junit(const GateReport& report) {
  std::string cases = test_case("gate", "verdict", case_of(report.outcome),
                                outcome_name(report.outcome), report.sentence);
  size_t failures = case_of(report.outcome) == Case::kFailed;
  size_t errors = case_of(report.outcome) == Case::kError, skipped = 0;
  for (const GateRow& row : report.rows) {
    const Case result = case_of(row.status);
    failures += result == Case::kFailed;
    errors += result == Case::kError;
    skipped += result == Case::kSkipped;
    cases +=
        test_case(row.variant, row.metric, result, status_name(row.status),
                  result == Case::kSkipped && !row.note.empty() ? row.note : row_sentence(row));
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuite name=\"winnow gate\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
      "skipped=\"{}\">\n{}</testsuite>\n",
      report.rows.size() + 1, failures, errors, skipped, cases);
}

}  // namespace winnow::reports
