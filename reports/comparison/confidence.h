#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/blocks/pairs.h"
#include "reports/comparison/contest.h"
#include "reports/comparison/tables.h"

// How much of a verdict is left on a busy machine: the one rule, and what it found.
namespace winnow::reports {

enum class Confidence { kClear, kProbable };

// Why a winner is only probable.
struct Doubt {
  enum Kind {
    kDisturbed,      // more than a fifth of the rounds was disturbed
    kNotDetectable,  // the effect is no larger than the smallest that the run could have detected
    kTimeOfOthers    // most of the wall time saved is time that others took
  };
  Kind kind = kDisturbed;
  std::string brief;     // in a title: "10 of 10 rounds disturbed"
  std::string sentence;  // the same with what it is held against
};

struct Doubts {
  std::vector<Doubt> all{};  // in the order above
  Confidence confidence() const { return all.empty() ? Confidence::kClear : Confidence::kProbable; }
  bool on_busy_machine() const;  // one of them is what others did
};

// Of a winner by this contest; `pairs`: the rival's blocks against the winner's. The ledger judges
// wall time alone. Without an A/A arm nothing is known of what the run could have detected, without
// a ledger of both nothing of others' time: neither is then a doubt.
Doubts doubts_of(const Grounds& grounds, const Contest& contest, size_t winner, size_t rival,
                 const Pairs& pairs);

// Of a run that has no winner: the machine's alone.
Doubts doubts_without_winner(const Compared& compared);

}  // namespace winnow::reports
