#pragma once

#include <string>

namespace winnow::profiles {

// A source file as its project names it: relative to what it shares with the folder that it was
// compiled in, so that no file tells where somebody's machine keeps the project. Headers of the
// system stay where they are; a file that shares nothing keeps its name only.
std::string source_path(const std::string& file, const std::string& compiled_in);

}  // namespace winnow::profiles
