#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/blocks/compared.h"
#include "reports/comparison/legend_entry.h"
#include "reports/comparison/ranking.h"
#include "reports/comparison/tables.h"
#include "reports/comparison/verdict.h"
#include "reports/figures/table.h"
#include "reports/ledger/ledger.h"
#include "reports/recorded/conditions.h"
#include "reports/recorded/raw_commands.h"

// What the figures of a recording say, as plain data. Renderers print it and compute nothing. Every
// text is plain: the renderer escapes it. Vectors "per variant" are in the recording's order, the
// baseline first.
//
// It is made in steps, each of which sees only what is finished: Measured (the recording asked),
// Compared (its blocks), Tables, Verdict; comparison.cpp puts them together.
namespace winnow::reports {

struct Report : Compared, Tables {
  std::vector<Fact> facts{};
  std::vector<MachineCondition> conditions{};  // of the machine, that disturb measuring
  std::vector<std::string> alarms{};           // what every reader must see first
  std::vector<LegendEntry> legend{};           // of marks that stand in many places
  Ranking ranking{};                           // empty below three variants
  Verdict verdict{};
  std::optional<LedgerDifference> ledger_difference{};  // of the verdict's winner and rival
  std::vector<RawCommand> raw_commands{};
  std::vector<std::string> missing{};
  std::vector<std::string> warnings{};
};

}  // namespace winnow::reports
