#pragma once

#include <string>
#include <vector>

#include "profiles/recording.h"

namespace winnow::profiles {

// What the machine and its state tell about how far a measurement can be trusted: always the same
// names in the same order. A fact that cannot be read has an empty value and a note that says why.
std::vector<MachineFact> machine_facts();

// The same, with /proc, /sys, ... read below `root` ("" for the machine itself).
std::vector<MachineFact> machine_facts(const std::string& root);

}  // namespace winnow::profiles
