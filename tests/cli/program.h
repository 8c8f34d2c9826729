#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/scratch.h"

namespace winnow::testing {

struct Result {
  int status = 0;  // exit status, or 128 + signal
  std::string out, err;
};

// Starts `winnow ARGUMENTS` with this standard input in the folder; wait() gives its result.
pid_t start_winnow(const Scratch& folder, const std::vector<std::string>& arguments,
                   const std::string& input = "");
Result wait(const Scratch& folder, pid_t process);

// Runs `winnow ARGUMENTS` with this standard input in the folder, and waits.
Result winnow(const Scratch& folder, const std::vector<std::string>& arguments,
              const std::string& input = "");

// A folder with tiny.gguf, a model that is made in milliseconds, and a scenario, tiny.toml, for a
// command that takes both.
class TinyModel : public Scratch {
 public:
  explicit TinyModel(const std::string& command = "", const std::string& scenario = "");

  // `winnow COMMAND tiny.toml --model tiny.gguf OPTIONS`, started or waited for.
  pid_t start(const std::vector<std::string>& options) const;
  Result run(const std::vector<std::string>& options) const;

 private:
  const std::string command_;
};

}  // namespace winnow::testing
