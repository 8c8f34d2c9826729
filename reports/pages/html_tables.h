#pragma once

#include <string>
#include <vector>

#include "reports/comparison/report.h"

namespace winnow::reports {

// One cell: what a reader sees, and the value that a sort goes by.
struct HtmlCell {
  std::string html;
  std::optional<double> sort_by{};
};
struct HtmlRow {
  std::string name;  // HTML
  std::vector<HtmlCell> cells{};
  bool sum = false;  // stands below the others however they are sorted
};

// A table that scrolls within its own box, named by the heading with id `label`. On a narrow screen
// a row stands below its name: few and short cells beside each other, others each behind its
// column's name.
std::string html_grid(const std::string& label, const std::vector<std::string>& head,
                      const std::vector<HtmlRow>& rows);
// The same of texts, which take several lines.
std::string html_text_grid(const std::string& label, const std::vector<std::string>& head,
                           const std::vector<HtmlRow>& rows);

// "<section ...><h3 id=...>heading</h3>". The id is the heading's. Sections of level 2 fold, and
// are open without scripts.
std::string section_start(int level, const std::string& heading);
std::string section_end(int level);

// What was measured, as names and values, and what of the machine disturbs it.
std::string facts_section(const std::vector<Fact>& facts,
                          const std::vector<MachineCondition>& conditions);

// A list under a heading; "none" where there is nothing.
std::string texts_section(const std::string& heading, const std::vector<std::string>& texts);

// The table with its notes, reasons and insights; `within`: sections that belong to it, and all
// there is where the table has no heading.
std::string html_section(const Table& table, int level, const std::string& within = "");

std::string creations_section(const ThreadAnalysis& threads);
std::string threads_section(const ThreadAnalysis& threads);

}  // namespace winnow::reports
