#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/built_revisions.h"
#include "cli/command_line.h"
#include "profiles/process/plan.h"
#include "scenarios/program_scenario.h"

// From command lines to the programs that `winnow compare` and `winnow gate` measure.
namespace winnow::cli {

// What the command line says of them, as texts.
struct ProgramOptions {
  std::vector<std::string> commands, names, lists, scans, prepare, conclude, revisions, servers;
  std::vector<std::pair<std::string, std::vector<std::string>>> parameters;  // besides the lists
  std::string build;  // a shell's command that builds each of the revisions
  std::optional<std::string> reference, step, setup, cleanup, shell, input, output, folder, ignored;
  std::optional<std::string> ready_port, ready_log, ready_file, ready_command;
  double ready_limit_s = 30;
  int warmup = 0;
  int runs = 0;  // in a block; 0: as many as take profiles::kLeastBlock_s
  bool no_shell = false, ignore_output = false;
  bool folder_comes = false;  // a commit that is not built yet will have it
};

// The rows of a table of options that are the same in both commands; and what their numbers may be:
// throws base::UsageError.
Options program_options(ProgramOptions& options);
void check_numbers(const ProgramOptions& options);

// The options of hyperfine that mean the same here, in the forms that this program's options have:
// `-L NAME VALUES` as `-L NAME=VALUES`, `-i` as `--ignore-failure=all-non-zero`, ... Throws
// base::UsageError for one that means something else, and says what to use instead.
std::vector<std::string> as_own_options(const std::vector<std::string>& arguments);

// The text with each {NAME} replaced by its value.
std::string with_values(std::string text, const std::map<std::string, std::string>& values);

// A command line as the words that a POSIX shell would make of it. Without a shell nothing else of
// its language means anything: throws base::UsageError for a command that uses more than quotes.
std::vector<std::string> words_of_command(const std::string& command);

// One arm for each command and each combination of parameters, the reference first. Throws
// base::UsageError.
std::vector<profiles::Arm> program_arms(const ProgramOptions& options);

// The programs of a scenario, in the folder of a commit where there is one. Throws base::UsageError
// that names the file and the line of the program.
std::vector<profiles::Arm> scenario_arms(const scenarios::ProgramScenario& scenario,
                                         const Revision* commit = nullptr);

// The scenario's budget in seconds. Throws base::UsageError that names the file and the line.
std::optional<double> budget_of(const scenarios::ProgramScenario& scenario);

// The options with which commands run in the folder of a commit.
ProgramOptions in_folder_of(const Revision& revision, const ProgramOptions& options);

// The same for each of some commits: the commands run in the commit's folder.
std::vector<profiles::Arm> arms_of_revisions(const ProgramOptions& options,
                                             const std::vector<Revision>& revisions);

}  // namespace winnow::cli
