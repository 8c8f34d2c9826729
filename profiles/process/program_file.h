#pragma once

#include <string>

#include "profiles/recording/recording.h"

namespace winnow::profiles {

// The file that starting `program` runs: with a slash it is a path, else it is looked for along
// $PATH. What cannot be read is told in the note.
ProgramFile program_file(const std::string& program);

}  // namespace winnow::profiles
