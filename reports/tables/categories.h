#pragma once

#include <string>
#include <vector>

#include "reports/blocks/pairs.h"
#include "reports/figures/table.h"
#include "reports/recorded/sampled.h"

namespace winnow::reports {

// CPU time by category, flat, with what was not sampled: 100%. `cpu_pairs` is the test of the time
// pass's CPU time, per variant: what the sum of a few processes of the cpu pass is judged by.
Table category_total_table(const Profiles& all, const std::vector<Pairs>& cpu_pairs,
                           std::vector<std::string>& warnings);

}  // namespace winnow::reports
