#include <fmt/format.h>

#include <array>
#include <exception>
#include <string_view>

#include "base/error.h"
#include "cli/commands.h"
#include "version.h"

namespace {

using namespace winnow;

struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(const cli::Arguments&);
};

constexpr std::array kCommands{
    Command{"run", "measure a scenario's variants side by side; write a recording",
            cli::run_command},
    Command{"report", "print recordings as a report: Markdown, JSON, pprof and other formats",
            cli::report_command},
    Command{"top", "print a recording's hotspots", cli::top_command},
    Command{"calibrate", "measure this machine's noise: how many blocks a comparison needs here",
            cli::calibrate_command},
    Command{"gate", "hold a build or a recording against a baseline; for CI", cli::gate_command},
    Command{"explain", "put a known cost before parallel regions; check that time follows",
            cli::explain_command},
    Command{"serve", "show recordings as pages in a browser", cli::serve_command},
    Command{"list", "print strategies, scenarios, instruction sets and passes", cli::list_command},
    Command{"doctor", "print what is known of this machine; measure its peaks (--roofline)",
            cli::doctor_command},
    Command{"embed", "print the embedding of each line of text", cli::embed_command},
    Command{"tokenize", "print the token ids of each line of text", cli::tokenize_command},
    Command{"model", "write a synthetic model; list a model's keys and tensors",
            cli::model_command},
};

std::string usage() {
  std::string text =
      "Usage: winnow COMMAND [options]\n\n"
      "Builds one inference engine under several thread-scheduling strategies, measures them side\n"
      "by side and tells which one wins, by how much, how sure, and why.\n\nCommands:\n";
  for (const Command& command : kCommands)
    text += fmt::format("  {:<10} {}\n", command.name, command.summary);
  return text +
         "\nExamples:\n"
         "  winnow model synth --out models/synthetic-300m.gguf\n"
         "  winnow run scenarios/batch32.toml\n"
         "  winnow report out/batch32 > report.md\n"
         "  echo 'how to bake bread' | winnow embed --dimensions 256\n\n"
         "`winnow COMMAND --help` lists a command's options. Exit status: 0 done, 2 wrong usage,\n"
         "3 failed or incomplete, 130 interrupted; of a gate also 1 regression,\n"
         "4 no comparable baseline, 5 inconclusive.\n";
}

int dispatch(const cli::Arguments& arguments) {
  const std::string first = arguments.empty() ? "" : arguments.front();
  if (first == "--help" || first == "-h" || first == "help") {
    cli::print(usage());
    return base::kOk;
  }
  if (first == "--version") {
    cli::print(fmt::format("winnow {} {}\n", kVersion, kCommit));
    return base::kOk;
  }
  for (const Command& command : kCommands)
    if (command.name == first)
      return command.run(cli::Arguments(arguments.begin() + 1, arguments.end()));
  if (first.empty()) throw base::UsageError("arguments", "no command; see winnow --help");
  throw base::UsageError(first, "no such command; see winnow --help");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return dispatch(cli::Arguments(argv + 1, argv + argc));
  } catch (const base::Error& error) {
    cli::note(error.what());
    return error.exit_status();
  } catch (const std::exception& error) {
    cli::note(base::printable(error.what()));
    return base::kFailed;
  }
}
