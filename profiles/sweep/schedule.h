#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "profiles/recording/sweep.h"

// Which blocks of a sweep come next: functions of what has been measured, so that a sweep that was
// interrupted goes on as it would have.
namespace winnow::profiles {

inline constexpr int kFailuresToGiveUp = 2;  // in a row
inline constexpr int kRoundsOfInterval = 6;  // the fewest pairs that an interval at 95% takes

// The cells of one condition: indexes of sweep.cells.
struct CellGroup {
  Condition condition;
  std::vector<size_t> cells;
};

bool given_up(const SweepCell& cell);

// Blocks that every cell of the group has, those given up left aside; empty: all are.
std::optional<int> rounds_taken(const Sweep& sweep, const CellGroup& group);

// The order of the cells in this round. Even rounds are shuffled by the seed; an odd one is the
// round before it reversed, so that drift within the pair cancels.
std::vector<size_t> order_of_round(const Sweep& sweep, const CellGroup& group, int round,
                                   uint64_t seed);

// How much another round of a condition is wanted: first those of which no spread is known, then
// those whose best two variants cannot be told apart, then by the relative spread.
struct Uncertainty {
  bool spread_unknown = false;  // some cell has only one good block
  bool best_two_overlap = false;
  double figure = 0;  // the largest relative spread of a cell's block medians over sqrt(n); where
                      // that is unknown, how near the second best is to the best, 1: equal
  auto operator<=>(const Uncertainty&) const = default;
};
Uncertainty uncertainty(const Sweep& sweep, const CellGroup& group);

}  // namespace winnow::profiles
