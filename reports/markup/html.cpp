#include "reports/markup/html.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "reports/markup/replaced.h"

namespace winnow::reports {

namespace {

bool continues_utf8(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string html_escaped(std::string_view text) {
  constexpr Replacement kEntities[] = {
      {'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}};
  return replaced(base::printable(text), kEntities);
}

std::string without_middle(std::string_view text, size_t longest) {
  const std::string name = base::printable(text);
  if (name.size() <= longest) return name;
  size_t head = longest / 2, tail = name.size() - longest / 2;
  while (head > 0 && continues_utf8(name[head])) --head;
  while (tail < name.size() && continues_utf8(name[tail])) ++tail;
  return name.substr(0, head) + "…" + name.substr(tail);
}

std::string slug(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (is_word(c))
      result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    else if (!result.empty() && result.back() != '-')
      result += '-';
  }
  while (result.ends_with('-')) result.pop_back();
  return result;
}

std::string script_json(const std::string& json) {
  constexpr Replacement kEscapes[] = {{'<', "\\u003c"}, {'>', "\\u003e"}, {'&', "\\u0026"}};
  return replaced(json, kEscapes);
}

std::string filled(std::string_view frame,
                   const std::vector<std::pair<std::string_view, std::string>>& parts) {
  std::string result;
  for (size_t at = 0; at < frame.size();) {
    const size_t open = frame.find("{{", at);
    const size_t close = frame.find("}}", open);
    result += frame.substr(at, open - at);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    const std::string_view name = frame.substr(open + 2, close - open - 2);
    const auto part =
        std::ranges::find(parts, name, &std::pair<std::string_view, std::string>::first);
    if (part == parts.end()) throw base::Error("page frame", fmt::format("no part {}", name));
    result += part->second;
    at = close + 2;
  }
  return result;
}

std::string percent_encoded(std::string_view text, std::string_view plain) {
  std::string result;
  for (const char c : text) {
    const bool alphanumeric =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (alphanumeric || plain.find(c) != std::string_view::npos)
      result += c;
    else
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

std::string data_url(std::string_view type, std::string_view content) {
  return fmt::format("data:{},{}", type, percent_encoded(content, "-_.!~*'();/?:@=+$,"));
}

std::string html_list(const std::vector<std::string>& texts, std::string_view css_class) {
  if (texts.empty()) return "";
  std::string result = fmt::format("<ul class=\"{}\">\n", css_class);
  for (const std::string& text : texts) result += "<li>" + html_escaped(text) + "</li>\n";
  return result + "</ul>\n";
}

}  // namespace winnow::reports
