#include "base/error.h"

#include <cstdio>

#include "base/utf8.h"

namespace winnow::base {
std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    if (length == 0 || starts_with_control(text)) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(text[0]));
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
    : std::runtime_error((subject.empty() ? "''" : printable(subject)) + ": " +
                         printable(problem)) {}

}  // namespace winnow::base
