#include "reports/markup/named_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace winnow::reports {

namespace {

constexpr size_t kIndent = 11;

size_t columns_of(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; }));
}

}  // namespace

void NamedLines::add(std::string_view name, std::string_view text) {
  std::string line = fmt::format("{:<{}}", name, name.empty() ? 0 : kIndent);
  const std::string below(name.empty() ? 0 : kIndent, ' ');
  size_t used = columns_of(line);
  bool first = true;
  const std::string shown = base::printable(text);
  for (size_t at = 0; at < shown.size();) {
    const size_t space = std::min(shown.find(' ', at), shown.size());
    const std::string_view word = std::string_view(shown).substr(at, space - at);
    const size_t width = columns_of(word);
    if (!first && used + 1 + width > columns_) {
      text_ += line + "\n";
      line = below;
      used = below.size();
      first = true;
    }
    if (!first) line += ' ';
    used += width + (first ? 0 : 1);
    line += word;
    first = false;
    at = space + 1;
  }
  text_ += line + "\n";
}

}  // namespace winnow::reports
