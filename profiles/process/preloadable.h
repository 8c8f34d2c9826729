#pragma once

#include <string>

namespace winnow::profiles {

// Why a library that is preloaded into the program of this file would see nothing of it, or not
// what it allocates and waits for: statically linked, set-uid, of another C library, Go. Empty: it
// can be preloaded, or the file cannot be read. Of a script it is the interpreter that counts.
std::string why_not_preloadable(const std::string& program_file);

}  // namespace winnow::profiles
