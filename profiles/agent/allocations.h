#pragma once

#include "profiles/agent/agent_file.h"

// What the library with the malloc hooks asks and tells the agent.
extern "C" {
// Where the calling thread's allocations are counted; null: nothing counts now.
winnow::agent::Figures* winnow_agent_counts();
// The process does not allocate by these hooks: what they see of it is not its allocations.
void winnow_agent_allocates_elsewhere();
}
