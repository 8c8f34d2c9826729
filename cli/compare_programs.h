#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiles/process/plan.h"

// From command lines to the programs that `winnow compare` measures.
namespace winnow::cli {

// What the command line says of them, as texts.
struct ProgramOptions {
  std::vector<std::string> commands, names, lists, scans, prepare, conclude;
  std::optional<std::string> reference, step, setup, cleanup, shell, input, output, folder, ignored;
  int warmup = 0;
  bool no_shell = false;
};

// The options of hyperfine that mean the same here, in the forms that this program's options have:
// `-L NAME VALUES` as `-L NAME=VALUES`, `-i` as `--ignore-failure=all-non-zero`, ... Throws
// base::UsageError for one that means something else, and says what to use instead.
std::vector<std::string> as_own_options(const std::vector<std::string>& arguments);

// A command line as the words that a POSIX shell would make of it. Without a shell nothing else of
// its language means anything: throws base::UsageError for a command that uses more than quotes.
std::vector<std::string> words_of_command(const std::string& command);

// One arm for each command and each combination of parameters, the reference first. Throws
// base::UsageError.
std::vector<profiles::Arm> program_arms(const ProgramOptions& options);

}  // namespace winnow::cli
