#pragma once

#include <string>

#include "reports/comparison/report.h"
#include "reports/ledger/ledger.h"

namespace winnow::reports {

inline constexpr const char* kLedgerPlot = "ledger.svg";  // beside the Markdown

// Core-seconds of an iteration and their share of cores x wall.
Table ledger_table(const Ledger& ledger);

// The same as stacked bars; empty when no variant has a ledger.
std::string ledger_svg(const Ledger& ledger);

}  // namespace winnow::reports
