#pragma once

#include <string>
#include <vector>

namespace winnow::base {

// The cores that this process may run on now, ascending: of all its threads, one of which may be
// bound to a few. Empty where the kernel does not tell.
std::vector<int> cores_of_process();

// Threads that can run at the same time for long, at least 1: the cores that the calling thread may
// run on (taskset, cpusets), or as many whole cores as a quota of its control group grants,
// whichever is fewer. /proc and /sys are read below `root`.
int usable_cores(const std::string& root = "");

}  // namespace winnow::base
