#pragma once

#include <cstddef>
#include <random>
#include <vector>

namespace winnow::profiles {

// The order of the arms in each round of the time pass: rows of Latin squares, so that each arm
// stands equally often in every position; drift within a round then meets all alike. The square is
// Williams' (1949): each arm follows each other one equally often, so that what a block leaves
// behind (warm caches, a higher clock) does, too. That takes `arms` rounds for an even number of
// arms, and for an odd one twice as many: the second half is the first mirrored. Which arm is which
// and the order of a square's rows are drawn anew for each. For two arms that is ABBA or BAAB.
class ArmOrder {
 public:
  ArmOrder(size_t arms, std::mt19937_64& random) : arms_(arms), random_(random) {}

  size_t arms() const { return arms_; }
  std::vector<size_t> next();  // indexes of the arms, each once

 private:
  using Rows = std::vector<std::vector<size_t>>;
  void draw();

  size_t arms_;
  std::mt19937_64& random_;
  Rows rows_;  // still to come, last first
};

}  // namespace winnow::profiles
