#pragma once

#include <string>
#include <vector>

#include "reports/recorded/measured.h"

namespace winnow::reports {

// Whether the variants did the same work with the same result.
struct SameWork {
  // kNotChecked: no block tells anything that could be compared. Only a proven difference, or a
  // proof that some blocks have and others lack, makes a comparison void. kInvalid: so does a
  // program that was replaced while it was measured.
  enum Status { kSame, kDifferent, kUnproven, kNotChecked, kInvalid };
  Status status = kUnproven;
  std::string sentence;
  std::vector<std::string> differences{};
  bool holds() const { return status == kSame || status == kNotChecked; }
  // "Costs are those for the same work" may be said.
  bool proven() const { return status == kSame; }
  const char* for_the_same() const { return proven() ? " for the same work" : ""; }
};

// Work counters, output checksum and instruction set of all blocks with as many iterations must be
// equal, and the time pass of every variant must have counted: timings of different work compare
// nothing.
SameWork check_same_work(const Measured& arms);

}  // namespace winnow::reports
