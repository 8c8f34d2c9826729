#include <fmt/format.h>

#include "base/error.h"
#include "reports/export_stacks.h"

namespace winnow::reports {

namespace {

// Semicolons part the frames, the last space the count.
std::string frame(const std::string& name) {
  std::string result;
  for (char c : base::printable(name)) result += c == ';' ? ':' : c;
  return result.empty() ? "[unnamed]" : result;
}

void add(std::string& text, const std::string& root, const profiles::Stacks& stacks) {
  for (const auto& stack : stacks.stacks) {
    text += frame(root);
    for (size_t i = stack.frames.size(); i-- > 0;)
      text += ";" + frame(stacks.frames[static_cast<size_t>(stack.frames[i])].function);
    text += fmt::format(" {}\n", stacks.clock == "allocation" ? stack.bytes : stack.samples);
  }
}

}  // namespace

// The variant is the outermost frame.
std::string export_collapsed(const Export& source) {
  std::string text, reasons;
  for (size_t variant = 0; variant < source.stacks.size(); ++variant) {
    if (source.variant && *source.variant != variant) continue;
    if (const auto* stacks = stacks_of(source.stacks[variant], source.clock))
      add(text, source.recording.variants[variant].name, *stacks);
    else
      reasons += (reasons.empty() ? "" : "; ") + no_stacks(source, variant, source.clock);
  }
  if (text.empty()) throw base::Error("collapsed", reasons.empty() ? "no samples" : reasons);
  return text;
}

}  // namespace winnow::reports
