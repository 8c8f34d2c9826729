#pragma once

#include <string>

namespace winnow::profiles {

// File and line are those of its declaration, the file by source_path; where the program has no
// debugging information they are empty and 0.
struct SourceFunction {
  std::string name, file{};
  int line = 0;
};

}  // namespace winnow::profiles
