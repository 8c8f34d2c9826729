#include <fmt/format.h>
#include <sched.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string_view>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/help_command.h"
#include "cli/last_words.h"
#include "version.h"

namespace {

using namespace winnow;

constexpr std::array kCommands{
    cli::Command{"run", "measure a scenario's variants side by side; write a recording",
                 cli::run_command},
    cli::Command{"compare", "tell which of two or more programs is faster, and why",
                 cli::compare_command},
    cli::Command{"report", "print recordings as a report: Markdown, JSON, pprof and other formats",
                 cli::report_command},
    cli::Command{"top", "print a recording's hotspots", cli::top_command},
    cli::Command{"calibrate",
                 "measure this machine's noise: how many blocks a comparison needs here",
                 cli::calibrate_command},
    cli::Command{"gate", "hold a build or a recording against a baseline; for CI",
                 cli::gate_command},
    cli::Command{"explain", "put a known cost before parallel regions; check that time follows",
                 cli::explain_command},
    cli::Command{"serve", "show recordings as pages in a browser", cli::serve_command},
    cli::Command{"list", "print strategies, scenarios, instruction sets and passes",
                 cli::list_command},
    cli::Command{"doctor", "print what is known of this machine; measure its peaks (--roofline)",
                 cli::doctor_command},
    cli::Command{"embed", "print the embedding of each line of text", cli::embed_command},
    cli::Command{"tokenize", "print the token ids of each line of text", cli::tokenize_command},
    cli::Command{"model", "write a synthetic model; list and check a model's tensors",
                 cli::model_command},
};

// The engine's OpenMP binds this process to the cores of GOMP_CPU_AFFINITY or OMP_PROC_BIND when it
// is loaded, and every program that is measured would inherit that. This runs before any library
// does, and what fails when they are loaded is told in one line as well.
cpu_set_t g_cores_at_start;
void before_libraries(int, char**, char**) {
  cli::prepare_last_words();
  if (sched_getaffinity(0, sizeof g_cores_at_start, &g_cores_at_start) != 0)
    CPU_ZERO(&g_cores_at_start);
}
[[gnu::section(".preinit_array"), gnu::used]] void (*g_before_libraries)(int, char**,
                                                                         char**) = before_libraries;

void take_back_cores() {
  if (CPU_COUNT(&g_cores_at_start) > 0)
    sched_setaffinity(0, sizeof g_cores_at_start, &g_cores_at_start);
}

// No output that fails decides about what was measured: a write to a pipe that nobody reads, or
// beyond the limit of a file's size, is an error of that write. Programs that are measured start
// with the usual handling (profiles/process/launch.cpp).
using Handler = void (*)(int);
Handler ignore_failing_output() {
  std::signal(SIGXFSZ, SIG_IGN);
  return std::signal(SIGPIPE, SIG_IGN);
}

// As every filter ends whose reader went away.
int end_by_closed_output(Handler pipe_handler, const cli::ClosedOutput& error) {
  if (pipe_handler == SIG_DFL) {
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  cli::note(error.what());
  return error.exit_status();
}

int dispatch(const cli::Arguments& arguments) {
  const std::string first = arguments.empty() ? "" : arguments.front();
  if (first == "--help" || first == "-h" || first == "help")
    return cli::help_command(kCommands, cli::Arguments(arguments.begin() + 1, arguments.end()));
  if (first == "--version" || first == "-V") {
    cli::print(fmt::format("winnow {} {}\n", kVersion, kCommit));
    return base::kOk;
  }
  for (const cli::Command& command : kCommands)
    if (command.name == first)
      return command.run(cli::Arguments(arguments.begin() + 1, arguments.end()));
  if (arguments.empty()) {
    std::fputs(cli::overview(kCommands).c_str(), stderr);
    return base::kUsage;
  }
  throw cli::no_such_command(kCommands, first);
}

}  // namespace

int main(int argc, char** argv) {
  take_back_cores();
  const Handler pipe_handler = ignore_failing_output();
  try {
    return dispatch(cli::Arguments(argv + 1, argv + argc));
  } catch (const cli::ClosedOutput& error) {
    return end_by_closed_output(pipe_handler, error);
  } catch (const base::Error& error) {
    cli::note(error.what());
    return error.exit_status();
  } catch (const std::bad_alloc&) {
    return cli::end_without_memory();
  } catch (const std::exception& error) {
    cli::note(cli::unexpected(error));
    return base::kFailed;
  }
}
