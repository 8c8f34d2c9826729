#pragma once

#include <string>

#include "cli/command_line.h"
#include "reports/gate/gate.h"

// What a reader of a gate needs to find the same again: commits and the command.
namespace winnow::cli {

// `winnow gate ARGUMENTS` for a shell, with the commits that --base and --head were, where they are
// known: a branch moves on.
std::string command_again(const Arguments& arguments, const reports::GateReport& report);

// The first line of the commit's message, as git tells it in the working folder; empty: it does
// not. Throws Interrupted.
std::string subject_of(const std::string& commit);

}  // namespace winnow::cli
