#include "reports/pages/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "reports/figures/format.h"
#include "reports/pages/answer.h"
#include "reports/pages/html_verdict.h"

namespace winnow::reports {

namespace {

constexpr size_t kDifferences = 3;  // of the work that make a comparison void

size_t columns_of(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; }));
}

// "name  text", the text's further lines below its first one.
class Lines {
 public:
  explicit Lines(size_t columns) : columns_(columns) {}

  void add(std::string_view name, std::string_view text) {
    std::string line = fmt::format("{:<{}}", name, name.empty() ? 0 : kIndent);
    const std::string below(name.empty() ? 0 : kIndent, ' ');
    size_t used = columns_of(line);
    bool first = true;
    const std::string shown = base::printable(text);
    for (size_t at = 0; at < shown.size();) {
      const size_t space = std::min(shown.find(' ', at), shown.size());
      const std::string_view word = std::string_view(shown).substr(at, space - at);
      const size_t width = columns_of(word);
      if (!first && used + 1 + width > columns_) {
        text_ += line + "\n";
        line = below;
        used = below.size();
        first = true;
      }
      if (!first) line += ' ';
      used += width + (first ? 0 : 1);
      line += word;
      first = false;
      at = space + 1;
    }
    text_ += line + "\n";
  }

  const std::string& text() const { return text_; }

 private:
  static constexpr size_t kIndent = 11;
  size_t columns_;
  std::string text_;
};

void add_machine(Lines& lines, const Report& report) {
  const auto fact = std::ranges::find(report.facts, std::string("Machine"), &Fact::name);
  if (fact != report.facts.end()) lines.add("Machine", fact->value);
  if (report.rounds.all > 0)
    lines.add("Disturbed",
              fmt::format("{} of {} rounds{}; smallest effect that this run could have found: {}",
                          report.rounds.disturbed, report.rounds.all,
                          report.disturbed_by.empty() ? "" : ", most often: " + report.disturbed_by,
                          report.noise.wall_effect
                              ? format_percent(*report.noise.wall_effect * 100) + " in wall time"
                              : "unavailable, no second copy of the baseline ran"));
  for (const std::string& alarm : report.alarms) lines.add("WARNING", alarm);
}

}  // namespace

std::string to_summary(const Report& report, size_t columns, const std::vector<Fact>& places) {
  Lines lines(columns);
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
