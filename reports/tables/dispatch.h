#pragma once

#include <vector>

#include "profiles/recording/recording.h"
#include "reports/comparison/report.h"

namespace winnow::reports {

// What handing out work costs: each kind of loop empty, how many of them an iteration takes, and an
// estimate of both together against the median iteration (timings, per variant).
Table dispatch_table(const profiles::Recording& recording, const std::vector<Timing>& timings);

// Holds that estimate against what the ledger measured: the cores' time on no work, as wall time.
void add_dispatch_insights(const Ledger& ledger, Table& table);

}  // namespace winnow::reports
