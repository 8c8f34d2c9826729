#pragma once

#include <string>

#include "reports/ledger/ledger.h"

namespace winnow::reports {

inline constexpr const char* kLedgerPlot = "ledger.svg";  // beside the Markdown

// The ledger as stacked bars; empty when no variant has one.
std::string ledger_svg(const Ledger& ledger);

}  // namespace winnow::reports
