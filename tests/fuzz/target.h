#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "tests/scratch.h"

// What the fuzzers try (docs/fuzzing.md): for each reader of the project a function that takes any
// bytes. Either it reads them, or it refuses them by one error of the project's own in one line;
// what it read and can write again it must read again as the same. Anything else is a fault, which
// ends the process.
namespace winnow::fuzz {

struct Target {
  const char* name;
  void (*run)(std::string_view input);
  std::vector<std::string> (*seeds)();        // good inputs, made by the project's own writers
  enum Kind { kBytes, kJson } kind = kBytes;  // kJson: a document's values are changed, too
  bool planted = false;                       // it has a fault, which must be found
};

// One function for each source of this folder that has targets.
std::vector<Target> model_targets();
std::vector<Target> scenario_targets();
std::vector<Target> recording_targets();
std::vector<Target> raw_targets();
std::vector<Target> symbol_targets();
std::vector<Target> command_targets();
std::vector<Target> planted_targets();

std::vector<Target> all_targets();
const Target* find_target(std::string_view name);

[[noreturn]] void fault(const std::string& what);
inline void require(bool holds, const std::string& what) {
  if (!holds) fault(what);
}

// One line "subject: problem" without control characters, in UTF-8.
void check_error(const base::Error& error);

// False: `read` refused the input.
template <class Read>
bool reads(Read&& read) {
  try {
    read();
    return true;
  } catch (const base::Error& error) {
    check_error(error);
    return false;
  }
}

// What is written in the process's folder, which is gone when it ends.
std::string folder();
// Writes folder()/name, in folders that are made for it, and gives its path.
std::string file_of(const std::string& name, std::string_view bytes);
std::string bytes_of(const std::string& path);

// What was read from `first` was written, read again from `second` and written again: both must be
// alike.
void require_equal(std::string_view first, std::string_view second, const std::string& what);

// Takes an input apart, front to back; past the end it gives zeros and empty texts.
class Parts {
 public:
  explicit Parts(std::string_view input) : rest_(input) {}

  uint8_t byte();
  uint64_t word();
  // Up to the next zero byte, or to the end.
  std::string_view text();
  std::string_view rest() { return std::exchange(rest_, {}); }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace winnow::fuzz
