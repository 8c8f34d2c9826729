#pragma once

#include <type_traits>

#include "kernels/kernels.h"

// The functions behind the rows of the tables; each has the type that kernels.h gives its family.
// Those of avx2 and avx512_vnni are defined on x86-64 only; all must run only where cpu() says so.
namespace winnow::kernels {

std::remove_pointer_t<QuantizeRow> quantize_row_scalar, quantize_row_avx2, quantize_row_avx512_vnni;
std::remove_pointer_t<Dot> dot_scalar, dot_avx2, dot_avx512_vnni;
std::remove_pointer_t<Matmul> matmul_scalar, matmul_avx2, matmul_avx_vnni, matmul_avx512_vnni;
std::remove_pointer_t<RmsNorm> rms_norm_scalar, rms_norm_avx2, rms_norm_avx512_vnni;
std::remove_pointer_t<AddNorm> add_norm_scalar, add_norm_avx2, add_norm_avx512_vnni;
std::remove_pointer_t<NormQuantize> norm_quantize_scalar, norm_quantize_avx2,
    norm_quantize_avx512_vnni;
std::remove_pointer_t<NormRope> norm_rope_scalar, norm_rope_avx2, norm_rope_avx512_vnni;
std::remove_pointer_t<GegluQuantize> geglu_quantize_scalar, geglu_quantize_avx2,
    geglu_quantize_avx512_vnni;
std::remove_pointer_t<Attention> attention_scalar, attention_avx2, attention_avx512_vnni;

// On AArch64 only; the plain _neon ones run on all of its processors.
std::remove_pointer_t<QuantizeRow> quantize_row_neon;
std::remove_pointer_t<Dot> dot_neon_dot;
std::remove_pointer_t<Matmul> matmul_neon_dot, matmul_neon_i8mm;
std::remove_pointer_t<RmsNorm> rms_norm_neon;
std::remove_pointer_t<AddNorm> add_norm_neon;
std::remove_pointer_t<NormQuantize> norm_quantize_neon;
std::remove_pointer_t<NormRope> norm_rope_neon;
std::remove_pointer_t<GegluQuantize> geglu_quantize_neon;
std::remove_pointer_t<Attention> attention_neon;

}  // namespace winnow::kernels
