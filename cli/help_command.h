#pragma once

#include <span>
#include <string>

#include "cli/commands.h"

// All that the commands' --help tells, in one piece: made of the same tables, so that none of it
// falls behind.
namespace winnow::cli {

// What `winnow --help` prints: the list of commands.
std::string overview(std::span<const Command> commands);

base::UsageError no_such_command(std::span<const Command> commands, const std::string& name);

// `winnow --help`: the list of commands; behind `help` also the name of one, or, for installing:
// `--man`, the manual page in roff, and `--completion bash`, a script for that shell.
int help_command(std::span<const Command> commands, const Arguments& arguments);

// What `winnow --help` says around the list of commands.
struct Overview {
  std::string_view purpose, examples, exit_status;
};

// A command or one of its subcommands ("model synth"), with its help.
struct CommandPage {
  std::string name, summary;
  HelpPage help;
};

std::string man_page(const Overview& overview, std::span<const CommandPage> pages);
std::string bash_completion(std::span<const Command> commands, std::span<const CommandPage> pages);

}  // namespace winnow::cli
