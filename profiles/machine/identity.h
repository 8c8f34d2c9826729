#pragma once

#include <string>
#include <vector>

#include "profiles/recording/recording.h"

namespace winnow::profiles {

// Of the facts that decide how fast a machine is (machine_facts), and of the id in
// <root>/etc/machine-id: what makes two recordings comparable, and which machine's history they
// belong to.
MachineIdentity machine_identity(const std::vector<MachineFact>& facts,
                                 const std::string& root = "");

}  // namespace winnow::profiles
