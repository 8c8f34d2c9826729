#pragma once

#include "profiles/recording/stacks.h"
#include "reports/plots/flame_tree.h"

namespace winnow::reports {

// Two variants' stacks, made alike where their work is: what each stack stands for stays as it is,
// so that all sums do. Stacks may become alike.
struct PairedStacks {
  profiles::Stacks first, second;
};

// Only what tells of the program stays above its work (frame_meaning.h): thread starts, schedulers
// and callables fold away, a closure reads as its function. What runs below the work, as waiting
// and memory do, stays, and so does the function that ran. Where threads of one variant begin with
// a function that the other one runs, too, it is the root of its stacks in both: equal work then
// has equal frames, whatever thread ran it.
PairedStacks paired_stacks(FlameWeight weight, const profiles::Stacks& first,
                           const profiles::Stacks& second);

}  // namespace winnow::reports
