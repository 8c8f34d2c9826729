#pragma once

#include <string>
#include <vector>

#include "cli/run_options.h"
#include "reports/gate/gate.h"
#include "reports/gate/rules.h"

namespace winnow::cli {

// Runs two builds of the scenario's variants in alternating processes until the gate is decided,
// and judges them. The recordings lie in `out`/run and, after a regression of time, `out`/cpu.
struct GateBuilds {
  std::string base_folder, head_folder;  // build folders
  std::string base_name, head_name;      // commits or folders, for the report
};
// The variants that a gate of builds runs, and the folder that it writes.
std::vector<std::string> gate_variants(const Values& values);
std::string gate_folder(const Values& values);

reports::GateReport gate_two_builds(const GateBuilds& builds, const Values& values,
                                    const std::vector<reports::GateRule>& rules,
                                    const std::string& out);

}  // namespace winnow::cli
