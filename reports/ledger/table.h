#pragma once

#include "reports/figures/table.h"
#include "reports/ledger/ledger.h"

namespace winnow::reports {

// Core-seconds of an iteration and their share of cores x wall.
Table ledger_table(const Ledger& ledger);

}  // namespace winnow::reports
