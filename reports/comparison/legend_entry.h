#pragma once

#include <string>
#include <vector>

namespace winnow::reports {

// A mark that stands in many places of a report, explained once.
struct LegendEntry {
  std::string mark;
  std::string meaning;
  std::vector<std::string> see{};  // headings of the tables where it matters most
};

}  // namespace winnow::reports
