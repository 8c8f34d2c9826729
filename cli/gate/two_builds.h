#pragma once

#include <string>
#include <vector>

#include "cli/measure_options.h"
#include "reports/gate/gate.h"
#include "reports/gate/rules.h"
#include "scenarios/scenario.h"

namespace winnow::cli {

// `blocks` is the number of pairs.
struct GateOptions : MeasureOptions {
  std::optional<std::string> base, base_build, head_build;  // of two builds
  bool exact_only = false, no_twin = false;
  std::optional<std::string> baseline, candidate;  // of two recordings
  std::optional<std::string> rules;
};

// Runs two builds of the scenario's variants in alternating processes until the gate is decided,
// and judges them. The recordings lie in `out`/run and, after a regression of time, `out`/cpu.
struct GateBuilds {
  std::string base_folder, head_folder;  // build folders
  std::string base_name, head_name;      // commits or folders, for the report
  std::string base_commit{};             // empty: not known
};
// The workload of a gate of builds, its blocks being pairs; and the folder that it writes.
scenarios::Scenario gate_scenario(const GateOptions& options);
std::string gate_folder(const GateOptions& options);

reports::GateReport gate_two_builds(const GateBuilds& builds, const scenarios::Scenario& scenario,
                                    const GateOptions& options,
                                    const std::vector<reports::GateRule>& rules,
                                    const std::string& out);

}  // namespace winnow::cli
