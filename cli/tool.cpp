#include "cli/tool.h"

#include <filesystem>

#include "base/file.h"
#include "base/program_error.h"
#include "cli/progress.h"
#include "profiles/process/child.h"

namespace winnow::cli {

namespace {

constexpr int kShownLines = 10;

}  // namespace

std::string run_tool(const Tool& tool) {
  profiles::Command command;
  command.arguments = tool.arguments;
  command.output_file = tool.output;
  command.folder = tool.folder;
  command.error_file = tool.errors;
  command.reap_descendants = true;  // compilers end with this program, however it ends
  const profiles::Outcome outcome = profiles::run_child(command, watch_signals());
  if (outcome.ok()) return base::read_file(tool.output);
  if (watch_signals()->load()) throw Interrupted(tool.what, "interrupted");
  if (!tool.log.empty()) {
    profiles::keep_end_of_messages(tool.output, profiles::kMostMessagesBytes);
    std::filesystem::create_directories(std::filesystem::path(tool.log).parent_path());
    base::write_file(tool.log, base::read_file(tool.output));
  }
  throw base::ProgramError(tool.what,
                           profiles::describe(outcome, 0) +
                               (tool.log.empty() ? "" : " (" + tool.log + " has all it printed)"),
                           profiles::last_lines(tool.output, kShownLines));
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace winnow::cli
