#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/comparison/tables.h"

// Exact counts as causes: locks and other waiting, threads and processes, allocation, page faults,
// instructions. Each is held against its own scatter (counter_tests.h), or differs exactly.
namespace winnow::reports {

struct CounterCauses {
  std::vector<std::string> sentences;
  std::vector<std::string> unknown;  // what of it has no figure: "thread creations"
};

// From the slower or dearer variant to the other. Only what provenly differs; waiting, faults and
// instructions only where the other does less. The first are those that cost most, if that is at
// least a tenth of the time saved; then those that changed most. Five at most.
CounterCauses counter_causes(const Grounds& grounds, size_t from, size_t to);

}  // namespace winnow::reports
