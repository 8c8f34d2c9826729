#pragma once

#include <string>

#include "reports/comparison/report.h"

namespace winnow::reports {

// Below the ledger's table: its picture by relative path, and what the difference between the
// verdict's two variants consists of. Empty without a ledger.
std::string ledger_markdown(const Report& report);

}  // namespace winnow::reports
