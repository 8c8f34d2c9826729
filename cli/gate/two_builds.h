#pragma once

#include <string>
#include <vector>

#include "cli/compare_programs.h"
#include "cli/measure_options.h"
#include "profiles/run/plan.h"
#include "reports/gate/gate.h"
#include "reports/gate/rules.h"
#include "reports/gate/verdict.h"
#include "scenarios/scenario.h"

namespace winnow::cli {

// `blocks` is the number of pairs.
struct GateOptions : MeasureOptions, ProgramOptions {
  std::optional<std::string> base, base_build, head_build;  // of two builds
  std::optional<std::string> head;                          // of two commits of any project
  std::optional<scenarios::ProgramScenario> programs;       // instead of commands
  std::optional<std::string> budget;                        // of the time pass
  bool exact_only = false, no_twin = false;
  std::optional<std::string> baseline, candidate;  // of two recordings
  std::optional<std::string> rules, print;
};

// Runs the plan, whose arms have a side each and are the variants `arm_of`, until the gate is
// decided or has taken --budget and as many pairs as the first look needs (into `out`/run), and
// judges it. After a regression of time both sides run once more
// under the CPU profiler (`out`/cpu), after one of allocations under the heap profiler
// (`out`/heap). Throws base::UsageError for a rule that takes nothing, Interrupted.
reports::GateReport gate_plan(profiles::RunPlan plan, const GateOptions& options,
                              const std::vector<reports::GateRule>& rules,
                              const reports::GateSources& sources, const std::string& out);

// Runs two builds of the scenario's variants in alternating processes until the gate is decided,
// and judges them.
struct GateBuilds {
  std::string base_folder, head_folder;      // build folders
  std::string base_name, head_name;          // commits or folders, for the report
  std::string base_commit{}, head_commit{};  // empty: not known
};
// How many pairs it takes at most, and the seconds of --budget. Throw base::UsageError.
int pairs_of(const GateOptions& options);
double budget_of(const GateOptions& options);

// The workload of a gate of builds, its blocks being pairs; and the folder that it writes.
scenarios::Scenario gate_scenario(const GateOptions& options);
std::string gate_folder(const GateOptions& options);

reports::GateReport gate_two_builds(const GateBuilds& builds, const scenarios::Scenario& scenario,
                                    const GateOptions& options,
                                    const std::vector<reports::GateRule>& rules,
                                    const std::string& out);

}  // namespace winnow::cli
