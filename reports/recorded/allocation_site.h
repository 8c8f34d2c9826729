#pragma once

#include "profiles/recording/stacks.h"

namespace winnow::reports {

// Of an allocation's stack the function that asked for memory, rather than the library that got it:
// an index of `stacks.frames`. The stack has a frame.
int allocation_site(const profiles::Stacks& stacks, const profiles::Stack& stack);

}  // namespace winnow::reports
