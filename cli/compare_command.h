#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/compare_programs.h"
#include "cli/measure_options.h"
#include "profiles/process/plan.h"

// What `winnow compare`, and `winnow run` of a scenario of programs, do with their programs.
namespace winnow::cli {

struct CompareOptions : ProgramOptions, RecordingOptions {
  std::optional<std::string> blocks, budget, passes, categories, work, print;
  std::vector<std::string> metrics;
  std::string primary;
  bool no_verdict = false, no_twin = false;
};

// Measures them into the folder `out` and prints the report; `scenario` is what they are called.
// The exit status. Throws base::UsageError for a plan that can prove nothing.
int compare_programs(const std::vector<profiles::Arm>& arms, const CompareOptions& options,
                     const std::string& out, const std::string& scenario,
                     const std::string& description = "");

// `winnow run` of a file with tables [[program]].
int run_programs(const RunOptions& options, const Given& given);

}  // namespace winnow::cli
