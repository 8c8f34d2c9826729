#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace winnow::base {

// Another program failed: a measured one, or a tool.
class ProgramError : public Error {
 public:
  // `why`: "exit status 3". `said`: the last lines that it printed, each printable; may be empty.
  ProgramError(std::string_view program, std::string_view why, std::string said)
      : Error(program, std::string(why) + (said.empty() ? "" : ": " + on_one_line(said))),
        program_(program),
        why_(why),
        said_(std::move(said)) {}

  const std::string& program() const noexcept { return program_; }
  const std::string& why() const noexcept { return why_; }
  const std::string& said() const noexcept { return said_; }

 private:
  // Three of the lines at most: "undefined reference to x / ld returned 1 / build stopped".
  static std::string on_one_line(const std::string& said) {
    size_t begin = said.size();
    for (int lines = 0; lines < 3 && begin > 0 && begin != std::string::npos; ++lines)
      begin = said.rfind('\n', begin - 1);
    std::string text = said.substr(begin == std::string::npos ? 0 : begin);
    if (text.starts_with('\n')) text.erase(0, 1);
    for (size_t at; (at = text.find('\n')) != std::string::npos;) text.replace(at, 1, " / ");
    return text;
  }

  std::string program_, why_, said_;
};

}  // namespace winnow::base
