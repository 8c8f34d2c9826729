#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/exp.h"
#include "kernels/isa.h"

// What the AVX2 rows share.
namespace winnow::kernels::avx2 {

inline constexpr int kLanes = 8;

// The first `count` lanes, or all of them.
WINNOW_AVX2 inline __m256i first_lanes(int count) noexcept {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

WINNOW_AVX2 inline __m256 load_first(const float* x, int count) noexcept {
  return _mm256_maskload_ps(x, first_lanes(count));
}

// The lanes beyond `count` are those of `otherwise`.
WINNOW_AVX2 inline __m256 load_first_or(__m256 otherwise, const float* x, int count) noexcept {
  const __m256 lanes = _mm256_castsi256_ps(first_lanes(count));
  return _mm256_blendv_ps(otherwise, load_first(x, count), lanes);
}

WINNOW_AVX2 inline void store_first(float* y, int count, __m256 value) noexcept {
  _mm256_maskstore_ps(y, first_lanes(count), value);
}

// 2^n for n in [-126, 127].
WINNOW_AVX2 inline __m256 power_of_two(__m256i n) noexcept {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
}

// exp.h explains; two factors of about 2^(n/2) make the infinity and the subnormal results.
WINNOW_AVX2 inline __m256 exp(__m256 x) noexcept {
  x = _mm256_max_ps(_mm256_set1_ps(kExpLowest), x);
  x = _mm256_min_ps(_mm256_set1_ps(kExpHighest), x);
  const __m256 n = _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(kLog2E)),
                                   _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(kLn2High), x);
  r = _mm256_fnmadd_ps(n, _mm256_set1_ps(kLn2Low), r);
  __m256 p = _mm256_set1_ps(kExpPolynomial[0]);
  for (int i = 1; i < kExpPolynomialSize; ++i)
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(kExpPolynomial[i]));
  const __m256i exponent = _mm256_cvtps_epi32(n);
  const __m256i half = _mm256_srai_epi32(exponent, 1);
  const __m256 rest = power_of_two(_mm256_sub_epi32(exponent, half));
  return _mm256_mul_ps(_mm256_mul_ps(p, power_of_two(half)), rest);
}

WINNOW_AVX2 inline float sum_lanes(__m256 x) noexcept {
  __m128 sum = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
  return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}

WINNOW_AVX2 inline float largest_lane(__m256 x) noexcept {
  __m128 largest = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  largest = _mm_max_ps(largest, _mm_movehl_ps(largest, largest));
  return _mm_cvtss_f32(_mm_max_ss(largest, _mm_movehdup_ps(largest)));
}

WINNOW_AVX2 inline int32_t sum_lanes(__m256i x) noexcept {
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, _MM_SHUFFLE(1, 0, 3, 2)));
  return _mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_shuffle_epi32(sum, _MM_SHUFFLE(2, 3, 0, 1))));
}

// The sums of the lanes of four vectors.
WINNOW_AVX2 inline __m128 sum_each(__m256 a, __m256 b, __m256 c, __m256 d) noexcept {
  const __m256 sums = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
  return _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps(sums, 1));
}

}  // namespace winnow::kernels::avx2
