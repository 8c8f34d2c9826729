#pragma once

#include <string>
#include <vector>

namespace winnow::reports {

struct Report;

// A mark that stands in many places of a report, explained once.
struct LegendEntry {
  std::string mark;
  std::string meaning;
  std::vector<std::string> see{};  // headings of the tables where it matters most
};

// Of the marks that the report has.
std::vector<LegendEntry> legend_of(const Report& report);

}  // namespace winnow::reports
