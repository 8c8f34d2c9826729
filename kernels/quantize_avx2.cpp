// Quantizing activations, a block as four vectors. Equal to the reference to the bit.
#include "kernels/avx2.h"
#include "kernels/quantize.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

constexpr int kVectors = kBlockSize / avx2::kLanes;

WINNOW_AVX2 inline float largest_magnitude(const float* x) noexcept {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  __m256 largest = _mm256_setzero_ps();
  for (int v = 0; v < kVectors; ++v) {
    const __m256 magnitude = _mm256_andnot_ps(sign, _mm256_loadu_ps(x + v * avx2::kLanes));
    largest = _mm256_max_ps(largest, magnitude);
  }
  return avx2::largest_lane(largest);
}

}  // namespace

WINNOW_AVX2
void quantize_row_avx2(const float* x, int size, int8_t* values, float* scales,
                       int32_t* offsets) noexcept {
  // Packing works within 128-bit lanes: this order of 32-bit groups undoes it.
  const __m256i in_order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  for (int block = 0; block < size / kBlockSize; ++block, x += kBlockSize, values += kBlockSize) {
    const BlockScale scale = block_scale(largest_magnitude(x));
    const __m256 inverse = _mm256_set1_ps(scale.inverse);
    __m256i rounded[kVectors];
    __m256i sum = _mm256_setzero_si256();
    for (int v = 0; v < kVectors; ++v) {
      rounded[v] =
          _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x + v * avx2::kLanes), inverse));
      sum = _mm256_add_epi32(sum, rounded[v]);
    }
    const __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(rounded[0], rounded[1]),
                                             _mm256_packs_epi32(rounded[2], rounded[3]));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(values),
                        _mm256_permutevar8x32_epi32(bytes, in_order));
    scales[block] = scale.scale;
    offsets[block] = -128 * avx2::sum_lanes(sum);
  }
}

}  // namespace winnow::kernels
