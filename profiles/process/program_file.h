#pragma once

#include <string>
#include <vector>

#include "profiles/recording/recording.h"

namespace winnow::profiles {

// The file that starting `program` in `folder` runs: with a slash it is a path from there, else it
// is looked for along $PATH; where that has none, `program` itself. An empty folder is the
// harness's.
std::string found_program(const std::string& program, const std::string& folder = "");

// What the kernel starts in the place of a script, with its words; empty: the file is none.
std::vector<std::string> interpreter_of(const std::string& file);

// The file that starting `program` runs: with a slash it is a path, else it is looked for along
// $PATH. What cannot be read is told in the note.
ProgramFile program_file(const std::string& program);

}  // namespace winnow::profiles
