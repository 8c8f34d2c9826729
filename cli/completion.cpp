#include <fmt/format.h>

#include "cli/help_command.h"
#include "engine/schedulers/scheduler.h"
#include "kernels/kernels.h"
#include "profiles/recording/words.h"
#include "reports/exports/export.h"

namespace winnow::cli {

namespace {

// Options whose values are the words of a table; where a list is asked for, separated by commas.
std::string value_cases() {
  std::string strategies, sets = " auto", formats, passes;
  for (const auto& row : engine::scheduler_rows()) strategies.append(" ").append(row.name);
  for (const auto& row : kernels::matmul_rows()) sets.append(" ").append(row.name);
  for (const reports::Format& format : reports::formats()) formats.append(" ").append(format.name);
  for (const profiles::Pass pass : profiles::kPasses) passes.append(" ").append(word(pass));
  std::string cases;
  for (const auto& [options, words] : {std::pair("--variants | --variant", strategies),
                                       {"--isa", sets},
                                       {"--format | -f", formats},
                                       {"--passes", passes}})
    cases += fmt::format("    {}) words='{}' ;;\n", options, words.substr(1));
  return cases;
}

std::string options_of(const HelpPage& page) {
  std::string words;
  for (const std::string& part : page.subcommands) words += part + " ";
  for (const HelpLine& option : page.options) words += fmt::format("--{} ", option.name);
  words.pop_back();
  return words;
}

constexpr std::string_view kHead =
    R"(# Completion of winnow for bash; written by `winnow help --completion bash`.

# The words that continue the one at the cursor; behind the last comma of a list of some.
_winnow_words() {
  local list=${2%"${2##*,}"}
  COMPREPLY=($(compgen -P "$list" -W "$1" -- "${2##*,}"))
}

_winnow() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command=${COMP_WORDS[1]} words=
  COMPREPLY=()
)";

constexpr std::string_view kTail = R"(  esac
  if [[ $current == -* || $command == $parents ]]; then
    _winnow_words "$words" "$current"
    return
  fi
  # A scenario of the working folder, or by its name one of those installed beside this file.
  if [[ $command == @(run|calibrate|explain|gate) && $previous != -* ]]; then
    local folder=${BASH_SOURCE[0]%/*}/../../winnow/scenarios
    words=$(cd "$folder" 2>/dev/null && printf '%s\n' *.toml)
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -W "${words//.toml/}" -- "$current"; compgen -f -- "$current"))
  fi
}

complete -o default -F _winnow winnow
)";

}  // namespace

std::string bash_completion(std::span<const Command> commands, std::span<const CommandPage> pages) {
  std::string names = "help --help --version", cases, parents;
  for (const Command& command : commands) names.append(" ").append(command.name);
  for (const CommandPage& page : pages) {
    cases += fmt::format("    '{}') words='{}' ;;\n", page.name, options_of(page.help));
    if (!page.help.subcommands.empty())
      parents.append(parents.empty() ? "" : "|").append(page.name);
  }
  return fmt::format(
      "{}  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    _winnow_words '{}' \"$current\"\n"
      "    return\n  fi\n"
      "  local parents='@({})'\n"
      "  [[ $command == $parents && $COMP_CWORD -gt 2 ]] && command+=\" ${{COMP_WORDS[2]}}\"\n"
      "  case $previous in\n{}  esac\n"
      "  if [ -n \"$words\" ]; then\n    _winnow_words \"$words\" \"$current\"\n    return\n  fi\n"
      "  case $command in\n{}{}",
      kHead, names, parents, value_cases(), cases, kTail);
}

}  // namespace winnow::cli
