#include "reports/raw_commands.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "reports/recorded.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Recording;

namespace {

constexpr const char* kProgram = "\"$PROGRAM\"";

// Profiles of several blocks add up in google-pprof.
std::string sampled_command(const std::vector<const Block*>& blocks) {
  std::string files;
  for (const Block* block : blocks)
    for (const std::string& file : block->raw_files)
      if (file.ends_with(".prof")) files += " " + shell_quoted(file);
  return files.empty() ? "" : fmt::format("google-pprof --text {}{}", kProgram, files);
}

// The dump at the region's end minus the one at its beginning, of one process.
std::string heap_command(const std::vector<const Block*>& blocks) {
  for (const Block* block : blocks) {
    std::vector<std::string> dumps;
    for (const std::string& file : block->raw_files)
      if (file.ends_with(".heap")) dumps.push_back(file);
    std::ranges::sort(dumps);
    if (dumps.empty()) continue;
    const std::string base =
        dumps.size() > 1 ? " --base=" + shell_quoted(dumps.front()) : std::string();
    return fmt::format("google-pprof --text --alloc_space{} {} {}", base, kProgram,
                       shell_quoted(dumps.back()));
  }
  return "";
}

}  // namespace

std::string shell_quoted(const std::string& word) {
  const bool plain =
      !word.empty() &&
      word.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+=:@") ==
          std::string::npos;
  if (plain) return word;
  std::string quoted = "'";
  for (char c : base::printable(word))
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::vector<RawCommand> raw_commands(const Recording& recording) {
  std::vector<RawCommand> commands;
  const auto names = labels(recording);
  for (size_t variant = 0; variant < recording.variants.size(); ++variant)
    for (const char* pass : {"cpu", "wall", "heap"}) {
      const auto blocks = good_blocks(recording, recording.variants[variant].name, pass);
      const std::string command =
          pass == std::string("heap") ? heap_command(blocks) : sampled_command(blocks);
      if (!command.empty()) commands.push_back({names[variant], pass, command});
    }
  return commands;
}

}  // namespace winnow::reports
