#pragma once

#include <string>
#include <vector>

#include "reports/figures/table.h"
#include "reports/ledger/ledger.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

// Holds the dispatch table's estimate against what the ledger measured: the cores' time on no work,
// as wall time. Sentences only for variants that did the same work.
std::vector<std::string> dispatch_insights(const Ledger& ledger, const Table& table,
                                           const Words& words);

}  // namespace winnow::reports
