#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "profiles/recording/stacks.h"

// Call stacks -> trees for flame graphs: of one variant, or of two side by side.
namespace winnow::reports {

enum class FlameOrder { kCallers, kLeaves };  // which end of a stack is the root's child
enum class FlameWeight { kSeconds, kBytes };

// Of an iteration.
double amount_of(const profiles::Stack& stack, const profiles::Stacks& stacks, FlameWeight weight);

// What passes through a frame, of a share of an iteration, and how many samples that stands on (of
// bytes, which are exact, none).
struct FlameAmount {
  double value = 0;
  double error = 0;  // of sampling, at 95%
  int64_t samples = 0;
};

struct FlameNode {
  std::string name, place, category;  // function, "file:line" where known
  FlameAmount first{}, second{};      // a tree of one variant has the first only
  size_t folded = 0;                  // frames that this one stands for, each too small to draw
  double width = 0;                   // of the picture, in the unit of the amounts
  std::vector<FlameNode> children{};
};

// What a tree is made of: the stacks' functions, by what weight, of how many items an iteration.
struct FlameScale {
  FlameWeight weight = FlameWeight::kSeconds;
  FlameOrder order = FlameOrder::kCallers;
  double shares = 1;     // that an iteration's amounts are shared out over: at least one
  double share = 0.001;  // frames below it of the root become one among their siblings
};

// The tree of one variant, or the union of two by function names; its root has the name "all", and
// every frame of either side has a place in the widths. Takes memory for the frames that are large
// enough to draw, not for all.
FlameNode flame_tree(const FlameScale& scale, const profiles::Stacks& first,
                     const profiles::Stacks* second = nullptr);

// The second minus the first; `proven`: beyond the error of sampling.
struct FlameChange {
  double value = 0;
  bool proven = false;
};
FlameChange change_of(const FlameNode& node);

}  // namespace winnow::reports
