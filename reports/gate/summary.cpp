#include <fmt/format.h>

#include <algorithm>

#include "reports/gate/renderers.h"
#include "reports/gate/words.h"
#include "reports/markup/named_lines.h"

namespace winnow::reports {

namespace {

constexpr size_t kMostRows = 4, kMostCauses = 3;

// The first one has the name, the others stand below it.
void add_group(NamedLines& lines, std::string_view name, const std::vector<std::string>& texts,
               size_t most) {
  for (size_t i = 0; i < std::min(most, texts.size()); ++i)
    lines.add(i == 0 ? name : " ", texts[i]);
  if (texts.size() > most) lines.add(" ", fmt::format("{} more", texts.size() - most));
}

// "pool, cpu_time: 12.1 ms/iteration against 12 ms/iteration, +0.8% (-0.2% to +1.9%, 10 pairs)"
std::string row_text(const GateRow& row) {
  return fmt::format("{}, {}: {} {} against {}, {}", row.variant, row.metric, candidate_text(row),
                     row.unit, baseline_text(row), change_text(row));
}

}  // namespace

std::string gate_summary(const GateReport& report, size_t columns,
                         const std::vector<std::pair<std::string, std::string>>& places) {
  NamedLines lines(columns);
  lines.add("", fmt::format("{}: {}", outcome_name(report.outcome), whole_sentence(report)));
  std::vector<std::string> times, causes, failures;
  for (const GateRow& row : report.rows)
    if (is_time(row) && row.ratio) times.push_back(row_text(row));
  for (const GateKernel& kernel : report.kernels)
    if (kernel.risen()) causes.push_back(kernel_sentence(kernel));
  for (const GateSite& site : report.sites) causes.push_back(site_sentence(site));
  for (const GateFailure& failure : report.failures) failures.push_back(failure_text(failure));
  add_group(lines, "Times", times, kMostRows);
  add_group(lines, "Because", causes, kMostCauses);
  add_group(lines, "Failed", failures, kMostCauses);
  for (const auto& [name, value] : facts_of(report)) lines.add(name, value);
  for (const std::string& warning : warnings_of(report)) lines.add("WARNING", warning);
  for (const auto& [name, value] : places) lines.add(name, value);
  return lines.text();
}

}  // namespace winnow::reports
