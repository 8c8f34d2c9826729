#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/comparison/contest.h"
#include "reports/comparison/outcome.h"
#include "reports/comparison/same_behaviour.h"
#include "reports/comparison/standings.h"

// Contests of three or more in which something is proven, but no single winner.
namespace winnow::reports {

Verdict tie_of(const Grounds& grounds, const Contest& contest, const Standings& standings,
               const Front& front, const std::vector<SameBehaviour>& alike);

// What is proven, of a tie: "packed and hybrid tie; both are 1.62 to 1.71x as fast as
// Fine-Grained"; "packed is 1.62x as fast as Fine-Grained; hybrid cannot be told apart from
// either"; "packed and hybrid tie; both are probably 1.20x better than Fine-Grained".
std::string tie_words(const Grounds& grounds, const Contest& contest, const Verdict& verdict);

// Who is proven better than `beaten`, for which of the best that follows from others, and which of
// them are not: "packed is 1.31x as fast as Coarse-Grained; hybrid cannot be told apart from
// Coarse-Grained".
std::string beaten_bullet(const Grounds& grounds, const Contest& contest,
                          const Standings& standings, const std::vector<size_t>& best,
                          size_t beaten);

}  // namespace winnow::reports
