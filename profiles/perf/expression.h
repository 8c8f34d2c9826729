#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <optional>
#include <span>

#include "base/function_ref.h"

namespace winnow::profiles {

// What a DWARF expression of call frame information reads; empty: not known.
struct ExpressionInputs {
  base::FunctionRef<std::optional<uint64_t>(int number)> reg;
  base::FunctionRef<std::optional<uint64_t>(uint64_t address)> memory;  // eight bytes
  std::optional<uint64_t> cfa;
};

// The value of a DWARF expression (DWARF 5, 2.5), without jumps, which call frame information does
// not need. Empty where it is malformed, or reads what is not known.
std::optional<uint64_t> evaluate(std::span<const Dwarf_Op> expression,
                                 const ExpressionInputs& inputs);

}  // namespace winnow::profiles
