#pragma once

#include <vector>

#include "reports/blocks/timing.h"
#include "reports/figures/table.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

std::string all_loops(const Words& words);  // name of the row of their sum

// What handing out work costs: each kind of loop empty, how many of them an iteration takes, and an
// estimate of both together against the median iteration (timings, per variant).
Table dispatch_table(const Measured& arms, const std::vector<Timing>& timings);

}  // namespace winnow::reports
