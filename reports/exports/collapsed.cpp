#include <fmt/format.h>

#include <iterator>

#include "base/error.h"
#include "reports/exports/export.h"

namespace winnow::reports {

namespace {

// Semicolons part the frames, the last space the count.
std::string frame(const std::string& name) {
  std::string result;
  for (char c : base::printable(name)) result += c == ';' ? ':' : c;
  return result.empty() ? "[unnamed]" : result;
}

// The whole may be hundreds of megabytes: names are escaped once, and room is made once.
void add(std::string& text, const std::string& variant, const profiles::Stacks& stacks) {
  const std::string root = frame(variant);
  std::vector<std::string> frames;
  for (const profiles::Frame& each : stacks.frames) frames.push_back(";" + frame(each.function));
  constexpr size_t kCountRoom = 22;
  size_t room = text.size();
  for (const profiles::Stack& stack : stacks.stacks) {
    room += root.size() + kCountRoom;
    for (int index : stack.frames) room += frames[static_cast<size_t>(index)].size();
  }
  text.reserve(room);
  for (const profiles::Stack& stack : stacks.stacks) {
    text += root;
    for (size_t i = stack.frames.size(); i-- > 0;)
      text += frames[static_cast<size_t>(stack.frames[i])];
    fmt::format_to(
        std::back_inserter(text), " {}\n",
        stacks.clock == profiles::ProfileClock::allocation ? stack.bytes : stack.samples);
  }
}

}  // namespace

// The variant is the outermost frame.
std::string export_collapsed(const Export& source) {
  std::string text, reasons;
  for (size_t variant = 0; variant < source.stacks.size(); ++variant) {
    if (source.variant && *source.variant != variant) continue;
    if (const auto* stacks = stacks_of(source.stacks[variant], source.clock))
      add(text, source.recording().variants[variant].name, *stacks);
    else
      reasons +=
          (reasons.empty() ? "" : "; ") + no_stacks((*source.measured)[variant], source.clock);
  }
  if (text.empty()) throw base::Error("collapsed", reasons.empty() ? "no samples" : reasons);
  return text;
}

}  // namespace winnow::reports
