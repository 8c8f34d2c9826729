#pragma once

#include <sys/types.h>

namespace winnow::profiles {

// Ends every living descendant: SIGTERM, and from `grace_s` on SIGKILL. False: some still run after
// ten more seconds, because the kernel holds them.
bool end_descendants(pid_t ancestor, double grace_s);

}  // namespace winnow::profiles
