#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/blocks/pairs.h"
#include "reports/comparison/confidence.h"
#include "reports/comparison/same_behaviour.h"
#include "reports/comparison/tables.h"

namespace winnow::reports {

struct SideVerdict;

struct Verdict {
  enum Outcome { kWinner, kNoClearWinner, kUnproven, kVoid, kUnavailable };
  Outcome outcome = kUnavailable;
  size_t winner = 0, rival = 0;  // indices of variants; with kWinner, kNoClearWinner and kUnproven
  Pairs pairs{};                 // likewise: the rival's blocks against the winner's
  // Of a winner, why it is only probable; without one, what the machine did.
  Doubts doubts{};
  // With kWinner: CPU time of the rival's blocks against the winner's, and the wall times of the
  // rival and the winner less what others took. Empty: not measured.
  Pairs cpu{};
  std::optional<AdjustedWall> adjusted{};
  std::string title;  // "Coarse-Grained", "no clear winner (~)"
  std::string sentence;
  std::vector<std::string> bullets{};
  std::string recommendation;
  std::string by{};  // the metric that chose the winner; empty: wall time
  std::vector<SideVerdict> beside;

  Confidence confidence() const { return doubts.confidence(); }
  // A winner by wall time that is only probable: CPU time, which others do not take, is told first.
  bool cpu_leads() const {
    return outcome == kWinner && confidence() == Confidence::kProbable && by.empty() &&
           cpu.ratio.has_value();
  }
};

// What is said by wall time or a metric that does not decide.
struct SideVerdict {
  std::string by;  // "wall time", "req/s"
  Verdict::Outcome outcome = Verdict::kUnavailable;
  size_t winner = 0;                           // with kWinner
  std::string sentence;                        // "By req/s, B wins against A: ..."
  Confidence confidence = Confidence::kClear;  // with kWinner
};

// The fastest variant wins if the signed-rank test over pairs of blocks tells it from every other
// one at 99 % (where a metric decides, the best by that), all of these comparisons together, and
// only where all did the same work. A winner of which there are doubts (confidence.h) is told as a
// probable one. A winner that behaves like its rival (`alike`) has no cause to name.
Verdict verdict_of(const Grounds& grounds, const std::vector<SameBehaviour>& alike);

}  // namespace winnow::reports
