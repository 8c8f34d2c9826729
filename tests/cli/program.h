#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace winnow::testing {

struct Result {
  int status = 0;  // exit status, or 128 + signal
  std::string out, err;
};

// A folder of its own, gone when the test ends.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Starts `winnow ARGUMENTS` with this standard input in the folder; wait() gives its result.
pid_t start_winnow(const Scratch& folder, const std::vector<std::string>& arguments,
                   const std::string& input = "");
Result wait(const Scratch& folder, pid_t process);

// Runs `winnow ARGUMENTS` with this standard input in the folder, and waits.
Result winnow(const Scratch& folder, const std::vector<std::string>& arguments,
              const std::string& input = "");

}  // namespace winnow::testing
