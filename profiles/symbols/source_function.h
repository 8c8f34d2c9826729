#pragma once

#include <string>

namespace winnow::profiles {

// File and line are those of its declaration, the file by source_path; where the program has no
// debugging information they are empty and 0. The module is the name of the program or library that
// holds the code, without its folder; empty where it lies in none.
struct SourceFunction {
  std::string name, file{};
  int line = 0;
  std::string module{};
};

}  // namespace winnow::profiles
