#include "reports/markup/markdown.h"

#include <algorithm>

#include "base/error.h"
#include "reports/markup/html.h"

namespace winnow::reports {

namespace {

// Templates make names of any length; their beginning and end tell most.
constexpr size_t kLongestName = 96;

size_t longest_backtick_run(const std::string& text) {
  size_t longest = 0, run = 0;
  for (char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  const std::string shown = base::printable(text);
  for (size_t i = 0; i < shown.size(); ++i) {
    const char c = shown[i];
    if (c == '<')  // before a space it begins no tag: "< 60.0ms"
      result += shown.compare(i + 1, 1, " ") == 0 ? "<" : "&lt;";
    else if (c == '&')
      result += "&amp;";
    else if (c == '~')  // one alone is plain, two strike the text out
      result += result.ends_with('~') ? "&#126;" : "~";
    else if (std::string_view("\\`*_[]|").find(c) != std::string_view::npos)
      (result += '\\') += c;
    else
      result += c;
  }
  return result;
}

std::string code_span(std::string_view name) {
  const std::string text = without_middle(name, kLongestName);
  if (text.empty()) return "(no name)";
  const std::string fence(longest_backtick_run(text) + 1, '`');
  const std::string pad = text.front() == '`' || text.back() == '`' ? " " : "";
  std::string result;
  for (char c : text) result += c == '|' ? std::string("\\|") : std::string(1, c);
  return fence + pad + result + pad + fence;
}

std::string code_block(std::string_view lines, std::string_view language) {
  std::string text;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    text += base::printable(lines.substr(0, end)) + "\n";
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  const std::string fence(std::max<size_t>(3, longest_backtick_run(text) + 1), '`');
  return fence + std::string(language) + "\n" + text + fence + "\n";
}

std::string table_line(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += " " + cell + " |";
  return line + "\n";
}

std::string table_head(const std::vector<std::string>& cells) {
  std::string rule = "|";
  for (size_t i = 0; i < cells.size(); ++i) rule += i == 0 ? "---|" : "---:|";
  return table_line(cells) + rule + "\n";
}

std::string text_table_head(const std::vector<std::string>& cells) {
  std::string rule = "|";
  for (size_t i = 0; i < cells.size(); ++i) rule += "---|";
  return table_line(cells) + rule + "\n";
}

std::string bold(const std::string& markdown) { return "**" + markdown + "**"; }

}  // namespace winnow::reports
