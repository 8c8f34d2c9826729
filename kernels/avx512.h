#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/exp.h"
#include "kernels/isa.h"

// What the AVX-512 rows share.
namespace winnow::kernels::avx512 {

inline constexpr int kLanes = 16;

// The first `count` lanes, or all of them.
WINNOW_AVX512_VNNI inline __mmask16 first_lanes(int count) noexcept {
  return static_cast<__mmask16>(count < kLanes ? (1u << count) - 1u : 0xffffu);
}

WINNOW_AVX512_VNNI inline __m512 load_first(const float* x, int count) noexcept {
  return _mm512_maskz_loadu_ps(first_lanes(count), x);
}

WINNOW_AVX512_VNNI inline void store_first(float* y, int count, __m512 value) noexcept {
  _mm512_mask_storeu_ps(y, first_lanes(count), value);
}

// exp.h explains; scalef makes the infinity and the subnormal results.
WINNOW_AVX512_VNNI inline __m512 exp(__m512 x) noexcept {
  x = _mm512_max_ps(_mm512_set1_ps(kExpLowest), x);
  x = _mm512_min_ps(_mm512_set1_ps(kExpHighest), x);
  const __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(x, _mm512_set1_ps(kLog2E)),
                                        _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(kLn2High), x);
  r = _mm512_fnmadd_ps(n, _mm512_set1_ps(kLn2Low), r);
  __m512 p = _mm512_set1_ps(kExpPolynomial[0]);
  for (int i = 1; i < kExpPolynomialSize; ++i)
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(kExpPolynomial[i]));
  return _mm512_scalef_ps(p, n);
}

// The sums of the lanes of four vectors.
WINNOW_AVX512_VNNI inline __m128 sum_each(__m512 a, __m512 b, __m512 c, __m512 d) noexcept {
  // Pairs of 256-bit halves, then 4 x 4 lanes transposed by horizontal additions.
  const __m256 a8 = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
  const __m256 b8 = _mm256_add_ps(_mm512_castps512_ps256(b), _mm512_extractf32x8_ps(b, 1));
  const __m256 c8 = _mm256_add_ps(_mm512_castps512_ps256(c), _mm512_extractf32x8_ps(c, 1));
  const __m256 d8 = _mm256_add_ps(_mm512_castps512_ps256(d), _mm512_extractf32x8_ps(d, 1));
  const __m256 sums = _mm256_hadd_ps(_mm256_hadd_ps(a8, b8), _mm256_hadd_ps(c8, d8));
  return _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps(sums, 1));
}

}  // namespace winnow::kernels::avx512
