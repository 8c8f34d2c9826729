#pragma once

#include <string>
#include <vector>

#include "profiles/recording/recording.h"

namespace winnow::profiles {

// What the machine and its state tell about how far a measurement can be trusted: always the same
// names in the same order, each judged. A fact that cannot be read has an
// empty value and a note that says why.
std::vector<MachineFact> machine_facts();

// The same, with /proc, /sys, ... read below `root` ("" for the machine itself). `cycles_error`:
// errno with which perf_event_open refused to count cycles; 0: it counted.
std::vector<MachineFact> machine_facts(const std::string& root, int cycles_error);

}  // namespace winnow::profiles
