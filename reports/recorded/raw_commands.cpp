#include "reports/recorded/raw_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/utf8.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

using profiles::Block;

namespace {

// Quoted, and no option, whatever it is called.
std::string file_word(const std::string& file) {
  return shell_quoted(file.starts_with('-') ? "./" + file : file);
}

// The executable from the recording, else a shell variable for the reader to set.
std::string program_of(const profiles::Variant& variant) {
  return variant.program.empty() ? "\"$PROGRAM\"" : file_word(variant.program);
}

// One process only: the next one has its libraries and its program at other addresses, of which
// google-pprof knows the first file's alone.
std::string sampled_command(const std::vector<const Block*>& blocks, const std::string& program) {
  for (const Block* block : blocks)
    for (const std::string& file : block->raw_files) {
      if (file.ends_with(".prof"))
        return fmt::format("google-pprof --text {} {}", program, file_word(file));
      if (file.ends_with(".data"))  // of a whole process tree; it names its programs itself
        return fmt::format("perf report -i {}", file_word(file));
    }
  return "";
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
                       file_word(dumps.back()));
  }
  return "";
}

// $'...' of the shells: the bytes of what is not printable as \xNN.
std::string escape_quoted(std::string_view word) {
  std::string quoted = "$'";
  while (!word.empty()) {
    const size_t length = base::utf8_length(word);
    if (length == 0 || base::starts_with_control(word)) {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(word[0]));
      word.remove_prefix(1);
      continue;
    }
    if (word[0] == '\'' || word[0] == '\\') quoted += '\\';
    quoted += word.substr(0, length);
    word.remove_prefix(length);
  }
  return quoted + "'";
}

}  // namespace

std::string shell_quoted(const std::string& word) {
  const bool plain =
      !word.empty() &&
      word.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+=:@") ==
          std::string::npos;
  if (plain) return word;
  if (base::printable(word) != word) return escape_quoted(word);
  std::string quoted = "'";
  for (char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    // Before a command a word with '=' is an assignment.
    const bool quoted = line.empty() && word.find('=') != std::string::npos;
    line += (line.empty() ? "" : " ") + (quoted ? escape_quoted(word) : shell_quoted(word));
  }
  return line;
}

std::vector<RawCommand> raw_commands(const Measured& arms) {
  std::vector<RawCommand> commands;
  const auto names = arms.labels();
  for (size_t variant = 0; variant < arms.size(); ++variant) {
    const std::string program = program_of(*arms[variant].about);
    for (const Pass pass : {Pass::cpu, Pass::wall, Pass::heap}) {
      const auto blocks = arms[variant].blocks(pass);
      const std::string command =
          pass == Pass::heap ? heap_command(blocks, program) : sampled_command(blocks, program);
      if (!command.empty())
        commands.push_back({names[variant], word(pass), blocks.size(), command});
    }
  }
  return commands;
}

}  // namespace winnow::reports
