#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "reports/ledger/ledger.h"
#include "tests/catch.h"

// What tests ask of a ledger.
namespace winnow::reports {

inline Ledger ledger_of(const profiles::Recording& recording) {
  std::vector<std::string> warnings;
  return make_ledger(Measured(recording), warnings);
}

inline std::vector<std::string> warnings_of(const profiles::Recording& recording) {
  std::vector<std::string> warnings;
  make_ledger(Measured(recording), warnings);
  return warnings;
}

inline double amount(const Ledger& ledger, const std::string& name, size_t variant = 0) {
  const auto line = std::ranges::find(ledger.lines, name, &LedgerLine::name);
  return line == ledger.lines.end() ? 0 : line->amounts[variant].core_s;
}

inline void check_sums(const Ledger& ledger) {
  for (size_t variant = 0; variant < ledger.columns.size(); ++variant) {
    const LedgerColumn& column = ledger.columns[variant];
    double sum = 0;
    for (const LedgerLine& line : ledger.lines) {
      CHECK(line.amounts[variant].core_s >= 0);
      sum += line.amounts[variant].core_s;
    }
    CHECK(column.excess_s >= 0);
    CHECK(sum - column.excess_s == Approx(column.capacity_s()).margin(1e-9));
  }
}

}  // namespace winnow::reports
