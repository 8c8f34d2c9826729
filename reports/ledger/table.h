#pragma once

#include <string>

#include "reports/figures/table.h"
#include "reports/ledger/ledger.h"

namespace winnow::reports {

// Core-seconds of an iteration and their share of cores x wall.
Table ledger_table(const Ledger& ledger);

// What was saved, as every format prints it: core-seconds like the differences of that table, wall
// time like the verdict.
struct SavedCells {
  std::string core, wall, error;
};
SavedCells saved_cells(const LedgerPart& part);
std::string saved_wall(double wall_s, double largest_s);  // "+12.5ms"; the row's largest figure
std::string saved_note();

}  // namespace winnow::reports
