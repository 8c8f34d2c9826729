#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "reports/comparison/contest.h"

// What is proven among all variants of a contest, every two of them compared.
namespace winnow::reports {

// Where a variant may stand, from 1 on: behind all that are better, before all that are worse.
struct Places {
  size_t first = 1, last = 1;
  bool operator==(const Places&) const = default;
};

// p is adjusted over all pairs of variants (Holm), for the figures choose which of them count. So
// all that is proven holds together at kLevel, and so does what follows from it: who is better than
// one that is better than a third is better than the third.
class Standings {
 public:
  // `order`: variants that entered. Of two the earlier one is the second of their Pairs.
  Standings(const Measured& arms, const Contest& contest, std::vector<size_t> order);

  const std::vector<size_t>& order() const { return order_; }
  // The blocks of `later` against those of `earlier`, which stands before it in the order.
  const Pairs& pairs(size_t earlier, size_t later) const;
  // Does the first stand before the second?
  bool before(size_t first, size_t second) const { return place_[first] < place_[second]; }
  // Proven by the blocks of the two.
  bool beats(size_t better, size_t worse) const;
  // Proven, or follows from what is.
  bool above(size_t better, size_t worse) const { return above_[place_[better]][place_[worse]]; }
  // Those that no other beats, in the order. The one that is truly best is among them.
  std::vector<size_t> unbeaten() const;
  // No two of which one is above the other have the same.
  Places places(size_t variant) const;

 private:
  size_t index(size_t first, size_t second) const;  // of places, the first the smaller one

  std::vector<size_t> order_, place_;  // place_: per variant, in order_
  std::vector<Pairs> all_;
  std::vector<std::vector<bool>> above_;  // by places in order_
};

// The variants that entered, the best mean first.
std::vector<size_t> by_mean(const Contest& contest);

// Those at the top of a contest: no variant beats them.
struct Front {
  std::vector<size_t> best;  // above the rival, with a ratio; of no two a difference is proven
  std::vector<size_t> near;  // no difference from these or from the rival is proven
  size_t rival = 0;
};

// The rival is the baseline, where one at the top beats it; else the one that most of them beat.
// Empty: nothing is proven about anyone.
std::optional<Front> front_of(const Standings& standings);

}  // namespace winnow::reports
