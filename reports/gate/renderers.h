#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "reports/gate/gate.h"

// What CI shows of a gate. Each text is escaped for its format.
namespace winnow::reports {

// For $GITHUB_STEP_SUMMARY: the verdict, then the rows that moved. Fewer than kMostSummaryBytes,
// whatever is moved: rows that do not fit are counted.
inline constexpr size_t kMostSummaryBytes = 65'535;
std::string gate_markdown(const GateReport& report);

// For a terminal, in NamedLines of `columns`: the verdict, the times, what costs more, what was
// measured and how much it was disturbed, and where more lies (`places`).
std::string gate_summary(const GateReport& report, size_t columns,
                         const std::vector<std::pair<std::string, std::string>>& places);

// One test case for each row: a failure for a regression, an error for what is invalid or
// inconclusive, skipped for what was not checked.
std::string gate_junit(const GateReport& report);

// GitHub's workflow commands, one a line: "::error title=...::...". Empty where all is well.
std::string gate_annotations(const GateReport& report);

}  // namespace winnow::reports
