#pragma once

#include <type_traits>

#include "kernels/peak.h"

// The functions behind peak_rows(), each defined on its architecture only.
namespace winnow::kernels {

std::remove_pointer_t<MultiplyAccumulate> peak_scalar, peak_avx2, peak_avx_vnni, peak_avx512_vnni,
    peak_neon_dot, peak_neon_i8mm;
std::remove_pointer_t<ReadWords> read_scalar, read_avx2, read_avx512_vnni;

inline constexpr int64_t kPeakMacsScalar = 64;
inline constexpr int64_t kPeakMacsAvx2 = 8 * 32;
inline constexpr int64_t kPeakMacsAvxVnni = 12 * 32;
inline constexpr int64_t kPeakMacsAvx512Vnni = 16 * 64;
inline constexpr int64_t kPeakMacsNeonDot = 16 * 16;
inline constexpr int64_t kPeakMacsNeonI8mm = 16 * 32;

}  // namespace winnow::kernels
