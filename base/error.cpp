#include "base/error.h"

#include <cstdio>

#include "base/utf8.h"

namespace winnow::base {
std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const size_t length = utf8_length(text);
    // U+0000 to U+001F, U+007F, and U+0080 to U+009F, which are C2 80 to C2 9F.
    const bool control =
        first < 0x20 || first == 0x7F ||
        (length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0);
    if (length == 0 || control) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", first);
      result += escaped;
      text.remove_prefix(1);
    } else {
      result += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return result;
}

Error::Error(std::string_view subject, std::string_view problem)
    : std::runtime_error(printable(subject) + ": " + printable(problem)) {}

}  // namespace winnow::base
