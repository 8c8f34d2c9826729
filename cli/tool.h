#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace winnow::cli {

class Interrupted : public base::Error {
 public:
  using Error::Error;
  int exit_status() const noexcept override { return base::kInterrupted; }
};

// Another program that a command needs: git, a build.
struct Tool {
  std::string what;  // how an error names it
  std::vector<std::string> arguments;
  std::string output;    // file of all that it prints
  std::string log{};     // where that is kept when it fails; empty: nowhere
  std::string folder{};  // its working folder; empty: this one
  std::string errors{};  // file of what it prints as errors; empty: with the rest
};

// What the tool printed. Throws base::Error with its last lines when it fails, Interrupted when
// the user ended it.
std::string run_tool(const Tool& tool);

std::string first_line(const std::string& text);

}  // namespace winnow::cli
