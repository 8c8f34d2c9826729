#pragma once

#include <type_traits>

#include "kernels/kernels.h"

// The functions behind the rows of the tables; each has the type that kernels.h gives its family.
// Those of avx2 and avx512_vnni are defined on x86-64 only and must run only where cpu() says so.
namespace winnow::kernels {

std::remove_pointer_t<QuantizeRow> quantize_row_scalar, quantize_row_avx2, quantize_row_avx512_vnni;
std::remove_pointer_t<Dot> dot_scalar, dot_avx2, dot_avx512_vnni;
std::remove_pointer_t<Matmul> matmul_scalar, matmul_avx2, matmul_avx512_vnni;
std::remove_pointer_t<RmsNorm> rms_norm_scalar, rms_norm_avx2, rms_norm_avx512_vnni;
std::remove_pointer_t<Rope> rope_scalar, rope_avx2, rope_avx512_vnni;
std::remove_pointer_t<Softmax> softmax_scalar, softmax_avx2, softmax_avx512_vnni;
std::remove_pointer_t<Geglu> geglu_scalar, geglu_avx2, geglu_avx512_vnni;
std::remove_pointer_t<Attention> attention_scalar, attention_avx2, attention_avx512_vnni;

}  // namespace winnow::kernels
