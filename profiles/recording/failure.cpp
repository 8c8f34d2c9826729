#include "profiles/recording/failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/utf8.h"

namespace winnow::profiles {
namespace {

constexpr size_t kLongestLine = 200;

std::string cut(std::string_view line) {
  if (line.size() <= kLongestLine) return std::string(line);
  size_t end = 0;
  while (end < kLongestLine) {
    const size_t next = end + std::max<size_t>(1, base::utf8_length(line.substr(end)));
    if (next > kLongestLine) break;
    end = next;
  }
  return std::string(line.substr(0, end)) + "...";
}

// gperftools writes these into the messages of the program that it is preloaded into.
bool is_of_profiler(std::string_view line) {
  return line.starts_with("Starting tracking the heap") ||
         line.starts_with("Dumping heap profile to ") || line.starts_with("PROFILE: ");
}

}  // namespace

std::string failure_words(const std::string& failure, const std::string& last_lines) {
  std::string_view said = last_lines;
  while (!said.empty()) {
    while (said.ends_with('\n') || said.ends_with(' ')) said.remove_suffix(1);
    const std::string_view line = said.substr(said.rfind('\n') + 1);
    if (line.empty()) break;
    if (!is_of_profiler(line)) return failure + ": " + cut(line);
    said.remove_suffix(line.size());
  }
  return failure;
}

std::string failed_block(const Block& block) {
  return fmt::format("{}, {} block {}: {}", block.variant, word(block.pass), block.index,
                     failure_words(block));
}

std::string failures_in_short(const Recording& recording) {
  const auto& blocks = recording.blocks;
  const auto failed = std::ranges::count_if(blocks, [](const Block& block) { return !block.ok(); });
  if (failed == 0) return "";
  const auto first = std::ranges::find_if(blocks, [](const Block& block) { return !block.ok(); });
  const std::string how_many =
      failed == std::ssize(blocks)
          ? "no process ended well"
          : fmt::format("{} of {} processes did not end well", failed, blocks.size());
  return fmt::format("{}; the first: {}", how_many, failed_block(*first));
}

}  // namespace winnow::profiles
