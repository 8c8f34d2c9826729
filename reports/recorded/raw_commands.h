#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/recorded/measured.h"

namespace winnow::reports {

// How to open one raw profile of `blocks` that there are of this variant and pass.
struct RawCommand {
  std::string variant, pass;
  size_t blocks = 0;
  std::string command;
};

// How to open the recording's raw profiles with google-pprof, from the recording's folder.
std::vector<RawCommand> raw_commands(const Measured& arms);

// A file name as one word of a shell command, and words as one.
std::string shell_quoted(const std::string& word);
std::string shell_line(const std::vector<std::string>& words);

}  // namespace winnow::reports
