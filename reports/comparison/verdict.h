#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/blocks/pairs.h"
#include "reports/comparison/same_behaviour.h"
#include "reports/comparison/tables.h"

namespace winnow::reports {

struct SideVerdict;

struct Verdict {
  enum Outcome { kWinner, kNoClearWinner, kUnproven, kVoid, kUnavailable };
  Outcome outcome = kUnavailable;
  size_t winner = 0, rival = 0;  // indices of variants; with kWinner, kNoClearWinner and kUnproven
  Pairs pairs{};                 // likewise: the rival's blocks against the winner's
  std::string title;             // "Coarse-Grained", "no clear winner (~)"
  std::string sentence;
  std::vector<std::string> bullets{};
  std::string recommendation;
  std::string by{};  // the metric that chose the winner; empty: wall time
  std::vector<SideVerdict> beside;
};

// What is said by wall time or a metric that does not decide.
struct SideVerdict {
  std::string by;  // "wall time", "req/s"
  Verdict::Outcome outcome = Verdict::kUnavailable;
  size_t winner = 0;     // with kWinner
  std::string sentence;  // "By req/s, B wins against A: ..."
};

// The fastest variant wins if the signed-rank test over pairs of blocks tells it from every other
// one at 99 % (where a metric decides, the best by that), all of these comparisons together, and
// only where all did the same work. A winner that behaves like its rival (`alike`) has no cause to
// name.
Verdict verdict_of(const Grounds& grounds, const std::vector<SameBehaviour>& alike);

}  // namespace winnow::reports
