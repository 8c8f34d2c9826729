#pragma once

#include <elfutils/libdw.h>

#include "profiles/symbols/source_function.h"

namespace winnow::profiles {

// The file and line of a function's declaration, or one inlined, without its name; empty where its
// debugging information does not tell. `unit`: the compilation unit that it stands in.
SourceFunction declared(Dwarf_Die& function, Dwarf_Die& unit);

}  // namespace winnow::profiles
