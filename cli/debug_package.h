#pragma once

#include <string>

namespace winnow::cli {

// What gives the functions of a file without symbols names: where a Debian package here holds a
// program or library of this name, the package of its debugging symbols; else how to build it.
std::string how_to_get_symbols(const std::string& file_name);

// The name of the installed package that holds such a program or library, by the lists of files in
// `lists`; empty: none does.
std::string package_of(const std::string& file_name,
                       const std::string& lists = "/var/lib/dpkg/info");

}  // namespace winnow::cli
