#pragma once

#include <string>
#include <vector>

namespace winnow::reports {

struct IndexEntry {
  std::string address;  // of its page, relative; percent-encoded
  std::string folder, scenario, created, status;
  std::vector<std::string> variants;
  std::string problem;  // why it has no page; empty: it has one
};

// A page that lists recordings.
std::string html_index(const std::string& folder, const std::vector<IndexEntry>& entries);

}  // namespace winnow::reports
