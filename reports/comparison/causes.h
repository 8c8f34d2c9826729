#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/comparison/tables.h"

// What goes with a difference in time, a sentence each, in this order: the largest proven parts of
// the ledger's difference; exact counts that provenly differ; CPU time and the functions in which
// it provenly rose or fell. What is equal, or within its scatter, is no cause and is not named.
namespace winnow::reports {

// Why the winner is faster than its rival. Never empty: where no cause is proven, that is said. Of
// programs whose threads were accounted for, a last sentence names what has no figure.
std::vector<std::string> cause_bullets(const Grounds& grounds, size_t winner, size_t rival);

// Without a winner: CPU time that differs provenly all the same, each variant's against the
// baseline's, with the counts and functions that it differs by.
std::vector<std::string> cost_bullets(const Grounds& grounds);

}  // namespace winnow::reports
