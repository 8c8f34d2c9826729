#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/sweep_scenario.h"
#include "scenarios/table_reader.h"

namespace winnow::scenarios {

// A table [[program]]: what the options of `winnow compare` say of a command, as texts.
struct ScenarioProgram {
  int line = 0;  // where it begins
  std::string command, name;
  std::optional<std::string> setup, prepare, conclude, cleanup, input, output, folder, shell,
      ignore_failure;
};

// Programs to compare and how to measure them.
struct ProgramScenario {
  std::string path;  // of the file
  std::string name, description;
  std::vector<ScenarioProgram> programs;                                     // the reference first
  std::vector<std::pair<std::string, std::vector<std::string>>> parameters;  // and their values
  std::optional<int> blocks;
  std::optional<WrittenDuration> budget;
  int runs_per_block = 0, warmup = 0;
  std::vector<std::string> passes;  // empty: all; of "time", "cpu", "tree"
  bool ignore_output = false;
  std::optional<ProgramSweep> sweep;
};

// Does the TOML file have tables [[program]]? Throws as load_programs().
bool holds_programs(const std::string& path);

// Reads a TOML file of programs (docs/scenarios.md lists the keys). Throws base::UsageError
// "<path>: line N: <problem>". What a command's words mean is not checked. `cores` is what a
// sweep's "all", "half" and 0 threads mean.
ProgramScenario load_programs(const std::string& path, int cores);

}  // namespace winnow::scenarios
