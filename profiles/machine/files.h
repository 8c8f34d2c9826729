#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::profiles {

// What a file of the kernel's tells, or why it tells nothing.
struct Answer {
  std::string value;
  std::string note;
};
inline Answer unknown(std::string note) { return {"", std::move(note)}; }

// The machine's files (/proc, /sys, ...) below a root folder, "" for the machine itself.
class MachineFiles {
 public:
  explicit MachineFiles(std::string root) : root_(std::move(root)) {}

  // One trimmed text; when it cannot be read, the value is empty.
  Answer read(const std::string& path) const;

  // What follows `key` and `separator` on the first such line.
  Answer read_field(const std::string& path, std::string_view key, char separator) const;

  const std::string& root() const { return root_; }

  // The time for which the quota of this process's group held it back since the group exists.
  struct Throttled {
    std::optional<int64_t> ns;
    std::string note;  // the file, or why there is none
  };
  Throttled throttled() const;

 private:
  std::string root_;
};

std::string trimmed(std::string_view text);
std::optional<int64_t> to_integer(std::string_view text);

// The numbers of a kernel list such as "0-3,8"; empty when it is none.
std::vector<int> parse_list(const std::string& text);

}  // namespace winnow::profiles
