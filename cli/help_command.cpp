#include "cli/help_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "cli/did_you_mean.h"

namespace winnow::cli {

namespace {

constexpr Overview kOverview{
    "Tells which of two programs wins, by how much, how sure, and why: any commands, two commits,\n"
    "or one inference engine under several thread-scheduling strategies.\n",
    "  winnow compare './old/bench' './new/bench'\n"
    "  winnow gate --base HEAD~1 --build 'make -j2' './bench'\n"
    "  winnow run scenarios/batch32.toml\n"
    "  winnow report out/compare > report.md\n",
    "Exit status: 0 done, 2 wrong usage,\n"
    "3 failed, incomplete, invalid or void, 130 interrupted;\n"
    "of a gate also 1 regression, 4 no comparable baseline, 5 inconclusive.\n"};

std::vector<CommandPage> pages_of(std::span<const Command> commands) {
  std::vector<CommandPage> pages;
  for (const Command& command : commands) {
    const std::string name(command.name);
    pages.push_back({name, std::string(command.summary), help_page(command.run)});
    for (const std::string& part : std::vector(pages.back().help.subcommands))
      pages.push_back({name + " " + part, "", help_page(command.run, {part})});
  }
  return pages;
}

}  // namespace

std::string overview(std::span<const Command> commands) {
  std::string text =
      fmt::format("Usage: winnow COMMAND [options]\n\n{}\nCommands:\n", kOverview.purpose);
  for (const Command& command : commands)
    text += fmt::format("  {:<10} {}\n", command.name, command.summary);
  return text + fmt::format(
                    "\nExamples:\n{}\n`winnow COMMAND --help`, or `winnow help COMMAND`, lists a "
                    "command's options;\n`winnow --version` (-V) tells the version. {}",
                    kOverview.examples, kOverview.exit_status);
}

base::UsageError no_such_command(std::span<const Command> commands, const std::string& name) {
  std::vector<std::string> names{"help"};
  for (const Command& command : commands) names.emplace_back(command.name);
  return {name, "no such command" + did_you_mean(name, names, "winnow ", "; see winnow --help")};
}

int help_command(std::span<const Command> commands, const Arguments& arguments) {
  if (arguments.empty() || arguments.front() == "help") {
    print(overview(commands));
    return base::kOk;
  }
  if (arguments == Arguments{"--man"}) {
    print(man_page(kOverview, pages_of(commands)));
    return base::kOk;
  }
  if (arguments == Arguments{"--completion", "bash"}) {
    print(bash_completion(commands, pages_of(commands)));
    return base::kOk;
  }
  const auto found = std::ranges::find(commands, arguments.front(), &Command::name);
  if (found == commands.end()) throw no_such_command(commands, arguments.front());
  Arguments rest(arguments.begin() + 1, arguments.end());
  rest.emplace_back("--help");
  return found->run(rest);
}

}  // namespace winnow::cli
