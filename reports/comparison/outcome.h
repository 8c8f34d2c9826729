#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/blocks/pairs.h"
#include "reports/comparison/confidence.h"
#include "reports/ledger/ledger.h"

// A verdict as data: who is best, by how much, how sure and why.
namespace winnow::reports {

struct SideVerdict;

// A variant that is proven better than the rival.
struct Lead {
  size_t variant = 0;
  Pairs pairs{};  // the rival's blocks against its
  // CPU time likewise, and the wall times of both less what others took. Empty: not measured.
  Pairs cpu{};
  std::optional<AdjustedWall> adjusted{};
};

struct Verdict {
  // kTie: some are proven worse than others, but several variants are left that none is proven
  // better than. kNoClearWinner: nothing is proven about anyone.
  enum Outcome { kWinner, kTie, kNoClearWinner, kUnproven, kVoid, kUnavailable };
  Outcome outcome = kUnavailable;
  // Indices of variants; with kWinner, kTie, kNoClearWinner and kUnproven. Of a tie the winner is
  // the first of the best, not proven better than the others.
  size_t winner = 0, rival = 0;
  Pairs pairs{};  // likewise: the rival's blocks against the winner's
  // With kWinner and kTie, by mean: the winner, or the equals that are proven better than the
  // rival.
  std::vector<Lead> best{};
  // With kTie: variants that may be as good; neither the best nor the rival is told apart from
  // them.
  std::vector<size_t> near{};
  // Of a winner or a tie, why it is only probable; without one, what the machine did.
  Doubts doubts{};
  std::string title;  // "Coarse-Grained", "no clear winner (~)"
  std::string sentence;
  std::vector<std::string> bullets{};
  std::vector<std::string> causes{};  // those of the bullets that say why
  std::string recommendation;
  std::string by{};  // the metric that decides; empty: wall time
  std::vector<SideVerdict> beside;

  bool decided() const { return outcome == kWinner || outcome == kTie; }
  Confidence confidence() const { return doubts.confidence(); }
  // Winners by wall time that are only probable: CPU time, which others do not take, is told first.
  bool cpu_leads() const {
    return decided() && confidence() == Confidence::kProbable && by.empty() &&
           std::ranges::all_of(best, [](const Lead& lead) { return lead.cpu.ratio.has_value(); });
  }
};

// What is said by wall time or a metric that does not decide.
struct SideVerdict {
  std::string by;  // "wall time", "req/s"
  Verdict::Outcome outcome = Verdict::kUnavailable;
  std::vector<size_t> best{};                  // with kWinner and kTie
  std::string sentence;                        // "By req/s, B wins against A: ..."
  Confidence confidence = Confidence::kClear;  // likewise
};

}  // namespace winnow::reports
