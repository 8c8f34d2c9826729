#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/comparison/tables.h"

// What goes with a difference in time, a sentence each. What was not measured is not named, but for
// programs whose threads were accounted for.
namespace winnow::reports {

// Why the winner is faster than its rival: where the core-seconds saved were, CPU time and the
// functions that differ most beyond the sampling error; of programs that are not known, locks and
// other waiting that are told apart from chance; threads created; allocation.
std::vector<std::string> cause_bullets(const Grounds& grounds, size_t winner, size_t rival);

// Without a winner: CPU time that differs provenly all the same, each variant's against the
// baseline's, with the functions that it differs by.
std::vector<std::string> cost_bullets(const Grounds& grounds);

}  // namespace winnow::reports
