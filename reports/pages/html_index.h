#pragma once

#include <string>
#include <vector>

#include "reports/comparison/report.h"

namespace winnow::reports {

struct IndexEntry {
  std::string address;  // of its page, relative; percent-encoded
  std::string folder, scenario, created, status;
  std::vector<std::string> variants;
  std::string problem;               // why it has no page; empty: it has one
  std::string winner{}, ratio{};     // "Coarse-Grained", "1.35x as fast as Fine-Grained"
  std::string verdict_class{};       // of the winner, in the page's style sheet
  std::vector<std::string> flags{};  // what makes the result doubtful
};

// Winner, ratio and flags: why the winner is only probable, alarms in brief, how many warnings.
void add_verdict(const Report& report, IndexEntry& entry);

// A page that lists recordings.
std::string html_index(const std::string& folder, const std::vector<IndexEntry>& entries);

}  // namespace winnow::reports
