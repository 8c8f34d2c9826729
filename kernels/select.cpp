#include <string>

#include "base/error.h"
#include "kernels/kernels.h"

namespace winnow::kernels {
namespace {

template <class Function>
const Row<Function>* find(std::span<const Row<Function>> rows, std::string_view name) {
  for (const Row<Function>& row : rows)
    if (row.name == name && row.available) return &row;
  return nullptr;
}

// Every family has the same rows; the table of matmul stands for all.
std::string_view best() {
  std::string_view name;
  for (const Row<Matmul>& row : matmul_rows())
    if (row.available) name = row.name;
  return name;
}

[[noreturn]] void fail(std::string_view isa) {
  bool known = false;
  for (const Row<Matmul>& row : matmul_rows()) known = known || row.name == isa;
  const std::string problem = known ? "not available on this machine" : "no such instruction set";
  throw base::UsageError("--isa",
                         std::string(isa) + ": " + problem + "; this machine has " + isa_choices());
}

}  // namespace

std::string isa_choices() {
  std::string names = "auto";
  for (const Row<Matmul>& row : matmul_rows())
    if (row.available) names.append(", ").append(row.name);
  return names;
}

Kernels select_kernels(std::string_view isa) {
  const Row<Matmul>* matmul = find(matmul_rows(), isa == "auto" ? best() : isa);
  if (matmul == nullptr) fail(isa);
  const std::string_view name = matmul->name;
  return {
      .isa = name,
      .quantize = find(quantize_rows(), name)->function,
      .dot = find(dot_rows(), name)->function,
      .matmul = matmul->function,
      .rms_norm = find(rms_norm_rows(), name)->function,
      .add_norm = find(add_norm_rows(), name)->function,
      .norm_quantize = find(norm_quantize_rows(), name)->function,
      .norm_rope = find(norm_rope_rows(), name)->function,
      .geglu_quantize = find(geglu_quantize_rows(), name)->function,
      .attention = find(attention_rows(), name)->function,
  };
}

}  // namespace winnow::kernels
