#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/blocks/compared.h"
#include "reports/comparison/ranking.h"
#include "reports/figures/table.h"
#include "reports/ledger/ledger.h"
#include "reports/recorded/raw_commands.h"
#include "reports/tables/threads.h"

// What the figures of a recording say, as plain data. Renderers print it and compute nothing. Every
// text is plain: the renderer escapes it. Vectors "per variant" are in the recording's order, the
// baseline first.
namespace winnow::reports {

struct Verdict {
  enum Outcome { kWinner, kNoClearWinner, kUnproven, kVoid, kUnavailable };
  Outcome outcome = kUnavailable;
  size_t winner = 0, rival = 0;  // indices of variants; with kWinner, kNoClearWinner and kUnproven
  Pairs pairs{};                 // likewise: the rival's blocks against the winner's
  std::string title;             // "Coarse-Grained", "no clear winner (~)"
  std::string sentence;
  std::vector<std::string> bullets{};
  std::string recommendation;
};

struct Report : Compared {
  std::vector<Fact> facts{};
  std::vector<std::string> alarms{};  // what every reader must see first
  Table performance{};
  Ranking ranking{};  // empty below three variants
  Table scheduler{}, compute{}, kernels{}, cpu_total{}, cumulative{};
  Table wall{};
  Table memory{};
  ThreadAnalysis threads{};
  Table dispatch{};
  Ledger ledger{};
  Table ledger_table{};
  std::optional<LedgerDifference> ledger_difference{};  // of the verdict's winner and rival
  Verdict verdict{};
  std::vector<RawCommand> raw_commands{};
  std::vector<std::string> missing{};
  std::vector<std::string> warnings{};
};
};

}  // namespace winnow::reports
