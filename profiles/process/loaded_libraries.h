#pragma once

#include <string>
#include <vector>

namespace winnow::profiles {

// The shared libraries that the dynamic linker loads with a program, those that these need
// included: of the program's own folders (RUNPATH, RPATH), of `library_path` as LD_LIBRARY_PATH has
// it, and of /usr/local/lib. Those of the system's folders are left out, and so is what the program
// loads later by dlopen(). Relative folders are looked up in `folder`, where the program runs.
// Empty where the file is no dynamically linked program.
std::vector<std::string> loaded_libraries(const std::string& file, const std::string& folder = "",
                                          const std::string& library_path = "");

}  // namespace winnow::profiles
