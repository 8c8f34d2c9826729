#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "profiles/stacks.h"

// Call stacks -> trees for flame graphs: of one variant, or of two side by side.
namespace winnow::reports {

enum class FlameOrder { kCallers, kLeaves };  // which end of a stack is the root's child
enum class FlameWeight { kSeconds, kBytes };

// What passes through a frame, of a text, and how many samples that stands on (of bytes, which are
// exact, none).
struct FlameAmount {
  double value = 0;
  double error = 0;  // of sampling, at 95 %
  int64_t samples = 0;
};

struct FlameNode {
  std::string name, place, category;  // function, "file:line" where known
  FlameAmount first{}, second{};      // a tree of one variant has the first only
  size_t folded = 0;                  // frames that this one stands for, each too small to draw
  double width = 0;                   // of the picture, in the unit of the amounts
  std::vector<FlameNode> children{};
};

// The tree of one variant; its root has the name "all". `texts` of an iteration: at least one.
FlameNode flame_tree(const profiles::Stacks& stacks, FlameWeight weight, double texts,
                     FlameOrder order);

// The union of two trees by function names.
FlameNode joined(const FlameNode& first, const FlameNode& second);

// Frames below `share` of the root become one among their siblings; sets the widths, in which every
// frame of either side has a place.
void lay_out(FlameNode& root, double share);

// The second minus the first; `proven`: beyond the error of sampling.
struct FlameChange {
  double value = 0;
  bool proven = false;
};
FlameChange change_of(const FlameNode& node);

}  // namespace winnow::reports
