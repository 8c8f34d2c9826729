#pragma once

#include "profiles/recording/recording.h"

namespace winnow::profiles {

// The one row of a process's threads that were created and ended within the region.
inline constexpr const char* kCreatedInRegion = "created in the region";

// Adds what the process of this block counted to the sums of the pass, and to the list of its
// processes. A thread's figure that the kernel did not tell of one of them, the sums do not have.
void add_process(const SyncProfile& process, int block, SyncProfile& total);

}  // namespace winnow::profiles
