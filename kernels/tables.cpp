#include "kernels/cpu.h"
#include "kernels/kernels.h"
#include "kernels/rows.h"

// Rows that exist on one architecture only; at most one of the two is not empty.
#ifdef __x86_64__
#define X86_ROWS(...) __VA_ARGS__
#else
#define X86_ROWS(...)
#endif
#ifdef __aarch64__
#define ARM_ROWS(...) __VA_ARGS__
#else
#define ARM_ROWS(...)
#endif

namespace winnow::kernels {

std::span<const Row<QuantizeRow>> quantize_rows() {
  static const Row<QuantizeRow> rows[] = {
      {"scalar", true, quantize_row_scalar},
      X86_ROWS({"avx2", cpu().avx2, quantize_row_avx2},
               {"avx_vnni", cpu().avx_vnni, quantize_row_avx2},
               {"avx512_vnni", cpu().avx512_vnni, quantize_row_avx512_vnni})
          ARM_ROWS({"neon_dot", cpu().dotprod, quantize_row_neon},
                   {"neon_i8mm", cpu().i8mm, quantize_row_neon})};
  return rows;
}

std::span<const Row<Dot>> dot_rows() {
  static const Row<Dot> rows[] = {
      {"scalar", true, dot_scalar},
      X86_ROWS({"avx2", cpu().avx2, dot_avx2}, {"avx_vnni", cpu().avx_vnni, dot_avx2},
               {"avx512_vnni", cpu().avx512_vnni, dot_avx512_vnni})
          ARM_ROWS({"neon_dot", cpu().dotprod, dot_neon_dot},
                   {"neon_i8mm", cpu().i8mm, dot_neon_dot})};
  return rows;
}

std::span<const Row<Matmul>> matmul_rows() {
  static const Row<Matmul> rows[] = {
      {"scalar", true, matmul_scalar},
      X86_ROWS({"avx2", cpu().avx2, matmul_avx2}, {"avx_vnni", cpu().avx_vnni, matmul_avx_vnni},
               {"avx512_vnni", cpu().avx512_vnni, matmul_avx512_vnni})
          ARM_ROWS({"neon_dot", cpu().dotprod, matmul_neon_dot},
                   {"neon_i8mm", cpu().i8mm, matmul_neon_i8mm})};
  return rows;
}

std::span<const Row<RmsNorm>> rms_norm_rows() {
  static const Row<RmsNorm> rows[] = {
      {"scalar", true, rms_norm_scalar},
      X86_ROWS({"avx2", cpu().avx2, rms_norm_avx2}, {"avx_vnni", cpu().avx_vnni, rms_norm_avx2},
               {"avx512_vnni", cpu().avx512_vnni, rms_norm_avx512_vnni})
          ARM_ROWS({"neon_dot", cpu().dotprod, rms_norm_neon},
                   {"neon_i8mm", cpu().i8mm, rms_norm_neon})};
  return rows;
}

std::span<const Row<AddNorm>> add_norm_rows() {
  static const Row<AddNorm> rows[] = {
      {"scalar", true, add_norm_scalar},
      X86_ROWS({"avx2", cpu().avx2, add_norm_avx2}, {"avx_vnni", cpu().avx_vnni, add_norm_avx2},
               {"avx512_vnni", cpu().avx512_vnni, add_norm_avx512_vnni})
          ARM_ROWS({"neon_dot", cpu().dotprod, add_norm_neon},
                   {"neon_i8mm", cpu().i8mm, add_norm_neon})};
  return rows;
}

std::span<const Row<NormQuantize>> norm_quantize_rows() {
  static const Row<NormQuantize> rows[] = {
      {"scalar", true, norm_quantize_scalar},
      X86_ROWS({"avx2", cpu().avx2, norm_quantize_avx2},
               {"avx_vnni", cpu().avx_vnni, norm_quantize_avx2},
               {"avx512_vnni", cpu().avx512_vnni, norm_quantize_avx512_vnni})
          ARM_ROWS({"neon_dot", cpu().dotprod, norm_quantize_neon},
                   {"neon_i8mm", cpu().i8mm, norm_quantize_neon})};
  return rows;
}

std::span<const Row<NormRope>> norm_rope_rows() {
  static const Row<NormRope> rows[] = {
      {"scalar", true, norm_rope_scalar},
      X86_ROWS({"avx2", cpu().avx2, norm_rope_avx2}, {"avx_vnni", cpu().avx_vnni, norm_rope_avx2},
               {"avx512_vnni", cpu().avx512_vnni, norm_rope_avx512_vnni})
          ARM_ROWS({"neon_dot", cpu().dotprod, norm_rope_neon},
                   {"neon_i8mm", cpu().i8mm, norm_rope_neon})};
  return rows;
}

std::span<const Row<GegluQuantize>> geglu_quantize_rows() {
  static const Row<GegluQuantize> rows[] = {
      {"scalar", true, geglu_quantize_scalar},
      X86_ROWS({"avx2", cpu().avx2, geglu_quantize_avx2},
               {"avx_vnni", cpu().avx_vnni, geglu_quantize_avx2},
               {"avx512_vnni", cpu().avx512_vnni, geglu_quantize_avx512_vnni})
          ARM_ROWS({"neon_dot", cpu().dotprod, geglu_quantize_neon},
                   {"neon_i8mm", cpu().i8mm, geglu_quantize_neon})};
  return rows;
}

std::span<const Row<Attention>> attention_rows() {
  static const Row<Attention> rows[] = {
      {"scalar", true, attention_scalar},
      X86_ROWS({"avx2", cpu().avx2, attention_avx2}, {"avx_vnni", cpu().avx_vnni, attention_avx2},
               {"avx512_vnni", cpu().avx512_vnni, attention_avx512_vnni})
          ARM_ROWS({"neon_dot", cpu().dotprod, attention_neon},
                   {"neon_i8mm", cpu().i8mm, attention_neon})};
  return rows;
}

}  // namespace winnow::kernels
