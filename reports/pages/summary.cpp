#include "reports/pages/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "reports/figures/format.h"
#include "reports/markup/named_lines.h"
#include "reports/pages/answer.h"
#include "reports/pages/html_verdict.h"

namespace winnow::reports {

namespace {

constexpr size_t kDifferences = 3;  // of the work that make a comparison void

void add_machine(NamedLines& lines, const Report& report) {
  const auto fact = std::ranges::find(report.facts, std::string("Machine"), &Fact::name);
  if (fact != report.facts.end()) lines.add("Machine", fact->value);
  if (report.rounds.all > 0)
    lines.add("Disturbed",
              fmt::format("{} of {} rounds{}; smallest effect that this run could have found: {}",
                          report.rounds.disturbed, report.rounds.all,
                          report.disturbed_by.empty() ? "" : ", most often: " + report.disturbed_by,
                          report.noise.wall_effect
                              ? format_percent(*report.noise.wall_effect * 100) + " in wall time"
                              : "unavailable, no A/A arm ran"));
  for (const std::string& alarm : report.alarms) lines.add("WARNING", alarm);
}

}  // namespace

std::string to_summary(const Report& report, size_t columns, const std::vector<Fact>& places) {
  NamedLines lines(columns);
  lines.add("", headline(report));
  std::string before;
  for (const Fact& line : answer_lines(report)) {
    lines.add(line.name == before ? " " : line.name, line.value);
    before = line.name;
  }
  for (size_t i = 0; i < std::min(kDifferences, report.same_work.differences.size()); ++i)
    lines.add(i == 0 ? "Because" : " ", report.same_work.differences[i]);
  add_machine(lines, report);
  lines.add("Advice", report.verdict.recommendation);
  for (const Fact& place : places) lines.add(place.name, place.value);
  return lines.text();
}

}  // namespace winnow::reports
