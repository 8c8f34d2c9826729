#pragma once

#include <string>

namespace winnow::profiles {

// A function's name as a reader of a report knows it, from a linker symbol or a DWARF name:
// demangled, without return type, arguments, template arguments, symbol version and the suffixes
// of compiler clones ("winnow::kernels::matmul_q8_0_avx2"). Names by which one function of the C
// library goes are unified (___pthread_cond_signal and pthread_cond_signal, the memmove of each
// instruction set). Overloads and template instances share a name.
std::string function_name(const std::string& symbol);

}  // namespace winnow::profiles
