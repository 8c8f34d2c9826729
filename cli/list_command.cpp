#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/places.h"
#include "engine/schedulers/scheduler.h"
#include "kernels/kernels.h"
#include "scenarios/program_scenario.h"
#include "scenarios/scenario.h"
#include "scenarios/sweep_scenario.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

std::string strategies_text() {
  std::string text = "Strategies (--variants)\n";
  for (const engine::SchedulerRow& row : engine::scheduler_rows())
    text += fmt::format(
        "  {:<11} {}\n  {:<11}   wins:    {}\n  {:<11}   loses:   {}\n  {:<11}   "
        "options: {}\n",
        row.name, row.summary, "", row.wins, "", row.loses, "",
        row.options.empty() ? "none" : row.options);
  return text;
}

// A file that cannot be read is named with its problem, so that a list of many still comes.
std::string scenario_line(const fs::path& file) {
  try {
    if (scenarios::holds_programs(file.string()))
      return "programs: " + base::printable(scenarios::load_programs(file.string(), 1).description);
    if (!scenarios::is_sweep(file.string()))
      return base::printable(scenarios::load_scenario(file.string()).description);
    return "sweep: " + base::printable(scenarios::load_sweep(file.string(), 1).description);
  } catch (const base::Error& error) {
    return error.what();
  }
}

std::string scenarios_text(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  if (error) throw base::Error(folder, error.message());
  std::sort(files.begin(), files.end());
  std::string text = fmt::format("\nScenarios (in {})\n", base::printable(folder));
  for (const fs::path& file : files)
    text += fmt::format("  {}\n    {}\n", base::printable(file.string()), scenario_line(file));
  return files.empty() ? text + "  none\n" : text;
}

std::string kernels_text() {
  std::string text = "\nInstruction sets of the kernels (--isa)\n";
  for (const auto& row : kernels::matmul_rows())
    text += fmt::format("  {:<11} {}\n", row.name,
                        row.available ? "this machine has it" : "not on this machine");
  return text;
}

constexpr std::string_view kPasses =
    "\nPasses (--passes)\n"
    "  time        no profiler: throughput and latency\n"
    "  cpu         gperftools' CPU profiler: on-CPU time by function\n"
    "  wall        the same on the wall clock, for persistent threads\n"
    "  heap        gperftools' heap profiler: allocation by category\n"
    "  sync        the preloaded agent: exact counts and times of threads\n"
    "  tree        ptrace: exact counts of threads and processes, of winnow compare\n"
    "  futex       seccomp and ptrace: exact counts of futex calls, of winnow compare\n"
    "  count       callgrind: instructions, of winnow compare\n";

}  // namespace

int list_command(const Arguments& arguments) {
  const Help help{"winnow list [--scenarios FOLDER]",
                  "Prints what can be named: strategies with where they win and lose, scenario\n"
                  "files, the kernels' instruction sets and the passes.\n\n"
                  "Examples:\n"
                  "  winnow list\n"
                  "  winnow list --scenarios my/scenarios\n"};
  // Those of the working folder, else those installed with this program.
  std::string folder = "scenarios";
  const auto given =
      parse(help, {{"scenarios=DIR", &folder, "folder of scenario files"}}, arguments);
  if (!given) return base::kOk;
  std::string scenarios;
  if (!given->has("scenarios") && !fs::is_directory(folder))
    folder = own_scenarios();
  else
    existing(folder);
  if (!folder.empty()) scenarios = scenarios_text(folder);
  print(strategies_text() + scenarios + kernels_text() + std::string(kPasses));
  return base::kOk;
}

}  // namespace winnow::cli
