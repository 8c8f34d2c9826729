#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/exp.h"
#include "kernels/isa.h"
#include "kernels/kernels.h"
#include "kernels/quantize.h"

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

// Four partial sums hide the latency of the additions.
WINNOW_AVX2 inline float sum_of_squares(const float* x, int size) noexcept {
  __m256 sums[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(),
                    _mm256_setzero_ps()};
  int i = 0;
  for (; i + 4 * kLanes <= size; i += 4 * kLanes)
    for (int s = 0; s < 4; ++s) {
      const __m256 v = _mm256_loadu_ps(x + i + s * kLanes);
      sums[s] = _mm256_fmadd_ps(v, v, sums[s]);
    }
  for (; i < size; i += kLanes) {
    const __m256 v = load_first(x + i, size - i);
    sums[0] = _mm256_fmadd_ps(v, v, sums[0]);
  }
  return sum_lanes(_mm256_add_ps(_mm256_add_ps(sums[0], sums[1]), _mm256_add_ps(sums[2], sums[3])));
}

// What rms_norm multiplies x by, before the weight.
WINNOW_AVX2 inline __m256 norm_factor(const float* x, int size, float epsilon) noexcept {
  const float mean = sum_of_squares(x, size) / static_cast<float>(size);
  return _mm256_set1_ps(1.0f / std::sqrt(mean + epsilon));
}

// Quantization handles four blocks at once: their maxima, scales and sums are then one vector of
// four lanes. All three are exact, so a block's result does not depend on its neighbours.
inline constexpr int kQuantizedBlocks = 4;
inline constexpr int kBlockVectors = kBlockSize / kLanes;

WINNOW_AVX2 inline __m256 largest_magnitudes(const float* block) noexcept {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  __m256 largest = _mm256_setzero_ps();
  for (int v = 0; v < kBlockVectors; ++v)
    largest = _mm256_max_ps(largest, _mm256_andnot_ps(sign, _mm256_loadu_ps(block + v * kLanes)));
  return largest;
}

// The largest magnitude of each block; 0 from `count` on.
WINNOW_AVX2 inline __m128 largest_of_blocks(const float* x, int count) noexcept {
  __m256 each[kQuantizedBlocks];
  for (int b = 0; b < kQuantizedBlocks; ++b)
    each[b] = b < count ? largest_magnitudes(x + b * kBlockSize) : _mm256_setzero_ps();
  const auto& [a, b, c, d] = each;
  // a b a b in every four lanes, then a b c d.
  const __m256 ab = _mm256_max_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
  const __m256 cd = _mm256_max_ps(_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
  const __m256 abcd = _mm256_max_ps(_mm256_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0)),
                                    _mm256_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2)));
  return _mm_max_ps(_mm256_castps256_ps128(abcd), _mm256_extractf128_ps(abcd, 1));
}

// A block's values, x * inverse rounded, as bytes. Packing works within 128-bit lanes: each holds
// four bytes of each vector.
WINNOW_AVX2 inline __m256i round_block(const float* x, float inverse) noexcept {
  const __m256 factor = _mm256_set1_ps(inverse);
  __m256i rounded[kBlockVectors];
  for (int v = 0; v < kBlockVectors; ++v)
    rounded[v] = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x + v * kLanes), factor));
  return _mm256_packs_epi16(_mm256_packs_epi32(rounded[0], rounded[1]),
                            _mm256_packs_epi32(rounded[2], rounded[3]));
}

// -128 * the sum of each block's values, in any order.
WINNOW_AVX2 inline __m128i offsets_of_blocks(const __m256i (&values)[kQuantizedBlocks]) noexcept {
  // Sums of 8 bytes, made unsigned by +128.
  const __m256i flip = _mm256_set1_epi8(static_cast<char>(0x80));
  __m256i sums[kQuantizedBlocks];
  for (int b = 0; b < kQuantizedBlocks; ++b)
    sums[b] = _mm256_sad_epu8(_mm256_xor_si256(values[b], flip), _mm256_setzero_si256());
  // a b a b in every four lanes, then a b c d.
  const __m256i ab = _mm256_or_si256(sums[0], _mm256_slli_epi64(sums[1], 32));
  const __m256i cd = _mm256_or_si256(sums[2], _mm256_slli_epi64(sums[3], 32));
  const __m256i abcd =
      _mm256_add_epi32(_mm256_unpacklo_epi64(ab, cd), _mm256_unpackhi_epi64(ab, cd));
  const __m128i sum =
      _mm_add_epi32(_mm256_castsi256_si128(abcd), _mm256_extracti128_si256(abcd, 1));
  return _mm_sub_epi32(_mm_set1_epi32(128 * 128 * kBlockSize), _mm_slli_epi32(sum, 7));
}

// quantize_row of the first `count` blocks at x, at most four.
WINNOW_AVX2 inline void quantize_blocks(const float* x, int count, int8_t* values, float* scales,
                                        int32_t* offsets) noexcept {
  // block_scale() in four lanes.
  __m128 scale = _mm_div_ps(largest_of_blocks(x, count), _mm_set1_ps(kLargestValue));
  const __m128 normal = _mm_cmpge_ps(scale, _mm_set1_ps(kSmallestScale));
  scale = _mm_and_ps(normal, scale);
  float inverses[kQuantizedBlocks];
  _mm_storeu_ps(inverses, _mm_and_ps(normal, _mm_div_ps(_mm_set1_ps(1.0f), scale)));
  const __m256i in_order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  __m256i bytes[kQuantizedBlocks];
  for (int b = 0; b < kQuantizedBlocks; ++b) {
    bytes[b] = b < count ? round_block(x + b * kBlockSize, inverses[b]) : _mm256_setzero_si256();
    if (b < count)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(values + b * kBlockSize),
                          _mm256_permutevar8x32_epi32(bytes[b], in_order));
  }
  const __m128i blocks = _mm256_castsi256_si128(first_lanes(count));
  _mm_maskstore_ps(scales, blocks, scale);
  _mm_maskstore_epi32(offsets, blocks, offsets_of_blocks(bytes));
}

}  // namespace winnow::kernels::avx2
