#include "reports/raw_commands.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

#include "base/error.h"
#include "reports/recorded.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Recording;

namespace {

// The executable from the recording, else a shell variable for the reader to set.
std::string program_of(const profiles::Variant& variant) {
  return variant.program.empty() ? "\"$PROGRAM\"" : shell_quoted(variant.program);
}

// "raw/cpu/spawn-12/cpu.prof" -> "raw/cpu/spawn-[0-9]*/cpu.prof"; empty for another form of name.
std::string block_pattern(const std::string& file) {
  const size_t slash = file.rfind('/');
  if (slash == std::string::npos || slash == 0) return "";
  const size_t before = file.find_last_not_of("0123456789", slash - 1);
  if (before == std::string::npos || before == slash - 1 || shell_quoted(file) != file) return "";
  return file.substr(0, before + 1) + "[0-9]*" + file.substr(slash);
}

// Whether a shell would put any other file of the recording in place of the pattern. What failed
// blocks left behind is not known.
bool matches_more(const Recording& recording, const std::vector<const Block*>& blocks,
                  const std::string& pattern) {
  return std::ranges::any_of(recording.blocks, [&](const Block& block) {
    if (block.pass == blocks.front()->pass && block.status != "ok") return true;
    if (std::ranges::count(blocks, &block) > 0) return false;
    return std::ranges::any_of(block.raw_files, [&](const std::string& file) {
      return fnmatch(pattern.c_str(), file.c_str(), FNM_PATHNAME) == 0;
    });
  });
}

// The files of the blocks as words of a shell; one pattern in place of a long list of the same
// form.
std::string shell_words(const Recording& recording, const std::vector<const Block*>& blocks,
                        const std::vector<std::string>& files) {
  constexpr size_t kLongList = 3;
  const std::string pattern = files.empty() ? "" : block_pattern(files.front());
  const bool same = std::ranges::all_of(
      files, [&](const std::string& file) { return block_pattern(file) == pattern; });
  if (files.size() > kLongList && same && !pattern.empty() &&
      !matches_more(recording, blocks, pattern))
    return " " + pattern;
  std::string words;
  for (const std::string& file : files) words += " " + shell_quoted(file);
  return words;
}

// Profiles of several blocks add up in google-pprof.
std::string sampled_command(const Recording& recording, const std::vector<const Block*>& blocks,
                            const std::string& program) {
  std::vector<std::string> files;
  for (const Block* block : blocks)
    for (const std::string& file : block->raw_files)
      if (file.ends_with(".prof")) files.push_back(file);
  return files.empty() ? ""
                       : fmt::format("google-pprof --text {}{}", program,
                                     shell_words(recording, blocks, files));
}

// The dump at the region's end minus the one at its beginning, of one process.
std::string heap_command(const std::vector<const Block*>& blocks, const std::string& program) {
  for (const Block* block : blocks) {
    std::vector<std::string> dumps;
    for (const std::string& file : block->raw_files)
      if (file.ends_with(".heap")) dumps.push_back(file);
    std::ranges::sort(dumps);
    if (dumps.empty()) continue;
    const std::string base =
        dumps.size() > 1 ? " --base=" + shell_quoted(dumps.front()) : std::string();
    return fmt::format("google-pprof --text --alloc_space{} {} {}", base, program,
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
  for (size_t variant = 0; variant < recording.variants.size(); ++variant) {
    const std::string program = program_of(recording.variants[variant]);
    for (const char* pass : {"cpu", "wall", "heap"}) {
      const auto blocks = good_blocks(recording, recording.variants[variant].name, pass);
      const std::string command = pass == std::string("heap")
                                      ? heap_command(blocks, program)
                                      : sampled_command(recording, blocks, program);
      if (!command.empty()) commands.push_back({names[variant], pass, command});
    }
  }
  return commands;
}

}  // namespace winnow::reports
