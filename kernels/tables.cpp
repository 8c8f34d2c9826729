#include "kernels/cpu.h"
#include "kernels/kernels.h"
#include "kernels/rows.h"

// Rows that exist on x86-64 only.
#ifdef __x86_64__
#define X86_ROWS(...) __VA_ARGS__
#else
#define X86_ROWS(...)
#endif

namespace winnow::kernels {

std::span<const Row<QuantizeRow>> quantize_rows() {
  static const Row<QuantizeRow> rows[] = {
      {"scalar", true, quantize_row_scalar},
      X86_ROWS({"avx2", cpu().avx2, quantize_row_avx2},
               {"avx512_vnni", cpu().avx512_vnni, quantize_row_avx512_vnni})};
  return rows;
}

std::span<const Row<Dot>> dot_rows() {
  static const Row<Dot> rows[] = {{"scalar", true, dot_scalar},
                                  X86_ROWS({"avx2", cpu().avx2, dot_avx2},
                                           {"avx512_vnni", cpu().avx512_vnni, dot_avx512_vnni})};
  return rows;
}

std::span<const Row<Matmul>> matmul_rows() {
  static const Row<Matmul> rows[] = {
      {"scalar", true, matmul_scalar},
      X86_ROWS({"avx2", cpu().avx2, matmul_avx2},
               {"avx512_vnni", cpu().avx512_vnni, matmul_avx512_vnni})};
  return rows;
}

std::span<const Row<RmsNorm>> rms_norm_rows() {
  static const Row<RmsNorm> rows[] = {
      {"scalar", true, rms_norm_scalar},
      X86_ROWS({"avx2", cpu().avx2, rms_norm_avx2},
               {"avx512_vnni", cpu().avx512_vnni, rms_norm_avx512_vnni})};
  return rows;
}

std::span<const Row<Rope>> rope_rows() {
  static const Row<Rope> rows[] = {{"scalar", true, rope_scalar},
                                   X86_ROWS({"avx2", cpu().avx2, rope_avx2},
                                            {"avx512_vnni", cpu().avx512_vnni, rope_avx512_vnni})};
  return rows;
}

std::span<const Row<Softmax>> softmax_rows() {
  static const Row<Softmax> rows[] = {
      {"scalar", true, softmax_scalar},
      X86_ROWS({"avx2", cpu().avx2, softmax_avx2},
               {"avx512_vnni", cpu().avx512_vnni, softmax_avx512_vnni})};
  return rows;
}

std::span<const Row<Geglu>> geglu_rows() {
  static const Row<Geglu> rows[] = {
      {"scalar", true, geglu_scalar},
      X86_ROWS({"avx2", cpu().avx2, geglu_avx2},
               {"avx512_vnni", cpu().avx512_vnni, geglu_avx512_vnni})};
  return rows;
}

std::span<const Row<Attention>> attention_rows() {
  static const Row<Attention> rows[] = {
      {"scalar", true, attention_scalar},
      X86_ROWS({"avx2", cpu().avx2, attention_avx2},
               {"avx512_vnni", cpu().avx512_vnni, attention_avx512_vnni})};
  return rows;
}

}  // namespace winnow::kernels
