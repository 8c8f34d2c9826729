// RMS normalization; four partial sums hide the latency of the additions.
#include <cmath>

#include "kernels/avx2.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

WINNOW_AVX2 inline float sum_of_squares(const float* x, int size) noexcept {
  using avx2::kLanes;
  __m256 sums[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(),
                    _mm256_setzero_ps()};
  int i = 0;
  for (; i + 4 * kLanes <= size; i += 4 * kLanes)
    for (int s = 0; s < 4; ++s) {
      const __m256 v = _mm256_loadu_ps(x + i + s * kLanes);
      sums[s] = _mm256_fmadd_ps(v, v, sums[s]);
    }
  for (; i < size; i += kLanes) {
    const __m256 v = avx2::load_first(x + i, size - i);
    sums[0] = _mm256_fmadd_ps(v, v, sums[0]);
  }
  return avx2::sum_lanes(
      _mm256_add_ps(_mm256_add_ps(sums[0], sums[1]), _mm256_add_ps(sums[2], sums[3])));
}

}  // namespace

WINNOW_AVX2
void rms_norm_avx2(const float* x, const float* weight, int size, float epsilon,
                   float* y) noexcept {
  const float mean = sum_of_squares(x, size) / static_cast<float>(size);
  const __m256 factor = _mm256_set1_ps(1.0f / std::sqrt(mean + epsilon));
  for (int i = 0; i < size; i += avx2::kLanes) {
    const __m256 scaled = _mm256_mul_ps(avx2::load_first(x + i, size - i), factor);
    avx2::store_first(y + i, size - i,
                      _mm256_mul_ps(scaled, avx2::load_first(weight + i, size - i)));
  }
}

}  // namespace winnow::kernels
