#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/exp.h"
#include "kernels/isa.h"
#include "kernels/kernels.h"
#include "kernels/quantize.h"

// What the AVX-512 rows share.
namespace winnow::kernels::avx512 {

inline constexpr int kLanes = 16;

// The first `count` lanes: none below 1, all from 16.
WINNOW_AVX512_VNNI inline __mmask16 first_lanes(int count) noexcept {
  if (count <= 0) return 0;
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

// The sums of the lanes of four vectors, always in the same order whichever place a vector has.
WINNOW_AVX512_VNNI inline __m128 sum_each(__m512 a, __m512 b, __m512 c, __m512 d) noexcept {
  const __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
  const __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
  const __m512 abcd = _mm512_add_ps(_mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0)),
                                    _mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2)));
  const __m256 half = _mm256_add_ps(_mm512_castps512_ps256(abcd), _mm512_extractf32x8_ps(abcd, 1));
  return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

// Four partial sums hide the latency of the additions.
WINNOW_AVX512_VNNI inline float sum_of_squares(const float* x, int size) noexcept {
  __m512 sums[4] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(),
                    _mm512_setzero_ps()};
  int i = 0;
  for (; i + 4 * kLanes <= size; i += 4 * kLanes)
    for (int s = 0; s < 4; ++s) {
      const __m512 v = _mm512_loadu_ps(x + i + s * kLanes);
      sums[s] = _mm512_fmadd_ps(v, v, sums[s]);
    }
  for (; i < size; i += kLanes) {
    const __m512 v = load_first(x + i, size - i);
    sums[0] = _mm512_fmadd_ps(v, v, sums[0]);
  }
  return _mm512_reduce_add_ps(
      _mm512_add_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_add_ps(sums[2], sums[3])));
}

// What rms_norm multiplies x by, before the weight.
WINNOW_AVX512_VNNI inline __m512 norm_factor(const float* x, int size, float epsilon) noexcept {
  const float mean = sum_of_squares(x, size) / static_cast<float>(size);
  return _mm512_set1_ps(1.0f / std::sqrt(mean + epsilon));
}

// Quantization handles four blocks at once, two vectors each: their maxima, scales and sums are
// then one vector of four lanes. All three are exact, so a block's result does not depend on its
// neighbours.
inline constexpr int kQuantizedBlocks = 4;
inline constexpr int kBlockVectors = kBlockSize / kLanes;
inline constexpr int kQuantizedVectors = kQuantizedBlocks * kBlockVectors;

// The largest magnitude of each block.
WINNOW_AVX512_VNNI inline __m128 largest_of_blocks(const __m512 (&x)[kQuantizedVectors]) noexcept {
  constexpr int kLargerMagnitude = 0b1011;
  const __m512 a = _mm512_range_ps(x[0], x[1], kLargerMagnitude);
  const __m512 b = _mm512_range_ps(x[2], x[3], kLargerMagnitude);
  const __m512 c = _mm512_range_ps(x[4], x[5], kLargerMagnitude);
  const __m512 d = _mm512_range_ps(x[6], x[7], kLargerMagnitude);
  // a b a b in every four lanes, then a b c d.
  const __m512 ab = _mm512_max_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
  const __m512 cd = _mm512_max_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
  const __m512 abcd = _mm512_max_ps(_mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0)),
                                    _mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2)));
  const __m256 half = _mm256_max_ps(_mm512_castps512_ps256(abcd), _mm512_extractf32x8_ps(abcd, 1));
  return _mm_max_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

// The values of two blocks, x * inverse rounded, as bytes. Packing works within 128-bit lanes: each
// holds four bytes of each vector, two of the first block and two of the second.
WINNOW_AVX512_VNNI inline __m512i round_two_blocks(const __m512* x, __m512 first_inverse,
                                                   __m512 second_inverse) noexcept {
  const __m512i first = _mm512_packs_epi32(_mm512_cvtps_epi32(_mm512_mul_ps(x[0], first_inverse)),
                                           _mm512_cvtps_epi32(_mm512_mul_ps(x[1], first_inverse)));
  const __m512i second =
      _mm512_packs_epi32(_mm512_cvtps_epi32(_mm512_mul_ps(x[2], second_inverse)),
                         _mm512_cvtps_epi32(_mm512_mul_ps(x[3], second_inverse)));
  return _mm512_packs_epi16(first, second);
}

// -128 * the sum of each block's values, which lie as round_two_blocks leaves them.
WINNOW_AVX512_VNNI inline __m128i offsets_of_blocks(__m512i ab, __m512i cd) noexcept {
  const __m512i factor = _mm512_set1_epi8(static_cast<char>(128));  // as an unsigned byte
  const __m512i zero = _mm512_setzero_si512();
  const __m512 ab_sums = _mm512_castsi512_ps(_mm512_dpbusd_epi32(zero, factor, ab));
  const __m512 cd_sums = _mm512_castsi512_ps(_mm512_dpbusd_epi32(zero, factor, cd));
  const __m512i abcd = _mm512_add_epi32(
      _mm512_castps_si512(_mm512_shuffle_ps(ab_sums, cd_sums, _MM_SHUFFLE(2, 0, 2, 0))),
      _mm512_castps_si512(_mm512_shuffle_ps(ab_sums, cd_sums, _MM_SHUFFLE(3, 1, 3, 1))));
  const __m256i half =
      _mm256_add_epi32(_mm512_castsi512_si256(abcd), _mm512_extracti32x8_epi32(abcd, 1));
  return _mm_sub_epi32(_mm_setzero_si128(), _mm_add_epi32(_mm256_castsi256_si128(half),
                                                          _mm256_extracti128_si256(half, 1)));
}

// quantize_row of up to four blocks; the vectors of blocks from `count` on are not stored.
WINNOW_AVX512_VNNI inline void quantize_blocks(const __m512 (&x)[kQuantizedVectors], int count,
                                               int8_t* values, float* scales,
                                               int32_t* offsets) noexcept {
  // block_scale() in four lanes.
  __m128 scale = _mm_div_ps(largest_of_blocks(x), _mm_set1_ps(kLargestValue));
  const __mmask8 normal = _mm_cmp_ps_mask(scale, _mm_set1_ps(kSmallestScale), _CMP_GE_OQ);
  scale = _mm_maskz_mov_ps(normal, scale);
  const __m512 inverse = _mm512_castps128_ps512(_mm_maskz_div_ps(normal, _mm_set1_ps(1.0f), scale));
  __m512 inverses[kQuantizedBlocks];
  for (int b = 0; b < kQuantizedBlocks; ++b)
    inverses[b] = _mm512_permutexvar_ps(_mm512_set1_epi32(b), inverse);
  const __m512i ab = round_two_blocks(x, inverses[0], inverses[1]);
  const __m512i cd = round_two_blocks(x + 2 * kBlockVectors, inverses[2], inverses[3]);
  const __m512i in_order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  constexpr int kBlockGroups = kBlockSize / 4;  // masks count in four bytes
  _mm512_mask_storeu_epi32(values, first_lanes(count * kBlockGroups),
                           _mm512_permutexvar_epi32(in_order, ab));
  _mm512_mask_storeu_epi32(values + 2 * kBlockSize, first_lanes((count - 2) * kBlockGroups),
                           _mm512_permutexvar_epi32(in_order, cd));
  const auto blocks = static_cast<__mmask8>(first_lanes(count));
  _mm_mask_storeu_ps(scales, blocks, scale);
  _mm_mask_storeu_epi32(offsets, blocks, offsets_of_blocks(ab, cd));
}

}  // namespace winnow::kernels::avx512
