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

// A table that scrolls within its own box, named by the heading with id `label`.
std::string html_grid(const std::string& label, const std::vector<std::string>& head,
                      const std::vector<HtmlRow>& rows);

// "<section id=...><h2 ...>heading</h2>"; the caller closes the section. The id is the heading's.
std::string section_start(int level, const std::string& heading);

// What was measured, as names and values, and what of the machine disturbs it.
std::string facts_section(const std::vector<Fact>& facts,
                          const std::vector<MachineCondition>& conditions);

// A list under a heading; "none" where there is nothing.
std::string texts_section(const std::string& heading, const std::vector<std::string>& texts);

// The table with its notes, reasons and insights.
std::string html_section(const Table& table, int level);

std::string creations_section(const ThreadAnalysis& threads);
std::string threads_section(const ThreadAnalysis& threads);

}  // namespace winnow::reports
