#include "kernels/kernels.h"
#include "kernels/rows.h"

namespace winnow::kernels {

std::span<const Row<QuantizeRow>> quantize_rows() {
  static const Row<QuantizeRow> rows[] = {{"scalar", true, quantize_row_scalar}};
  return rows;
}

std::span<const Row<Dot>> dot_rows() {
  static const Row<Dot> rows[] = {{"scalar", true, dot_scalar}};
  return rows;
}

std::span<const Row<Matmul>> matmul_rows() {
  static const Row<Matmul> rows[] = {{"scalar", true, matmul_scalar}};
  return rows;
}

std::span<const Row<RmsNorm>> rms_norm_rows() {
  static const Row<RmsNorm> rows[] = {{"scalar", true, rms_norm_scalar}};
  return rows;
}

std::span<const Row<Rope>> rope_rows() {
  static const Row<Rope> rows[] = {{"scalar", true, rope_scalar}};
  return rows;
}

std::span<const Row<Softmax>> softmax_rows() {
  static const Row<Softmax> rows[] = {{"scalar", true, softmax_scalar}};
  return rows;
}

std::span<const Row<Geglu>> geglu_rows() {
  static const Row<Geglu> rows[] = {{"scalar", true, geglu_scalar}};
  return rows;
}

std::span<const Row<Attention>> attention_rows() {
  static const Row<Attention> rows[] = {{"scalar", true, attention_scalar}};
  return rows;
}

}  // namespace winnow::kernels
