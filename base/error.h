#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace winnow::base {

// Exit statuses of every program of the project.
enum ExitStatus : int { kOk = 0, kUsage = 2, kFailed = 3, kInterrupted = 130 };

// What went wrong, as "subject: problem" ("model.gguf: tensor blk.3.attn_q.weight is missing").
// Thrown only from loading, parsing and arguments; caught once, in main, which prints what() as one
// line on stderr and exits with exit_status(). Control characters in the text are escaped, so that
// a hostile file name or key cannot break the line.
class Error : public std::runtime_error {
 public:
  Error(std::string_view subject, std::string_view problem);
  virtual int exit_status() const noexcept { return kFailed; }
};

// The user asked for something that cannot be: a wrong argument, a wrong scenario or rule file.
class UsageError : public Error {
 public:
  using Error::Error;
  int exit_status() const noexcept override { return kUsage; }
};

// Replaces control characters by \xNN; leaves valid UTF-8 alone, escapes invalid bytes.
std::string printable(std::string_view text);

}  // namespace winnow::base
