// RMS normalization; four partial sums hide the latency of the additions.
#include <cmath>

#include "kernels/avx512.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

WINNOW_AVX512_VNNI inline float sum_of_squares(const float* x, int size) noexcept {
  using avx512::kLanes;
  __m512 sums[4] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(),
                    _mm512_setzero_ps()};
  int i = 0;
  for (; i + 4 * kLanes <= size; i += 4 * kLanes)
    for (int s = 0; s < 4; ++s) {
      const __m512 v = _mm512_loadu_ps(x + i + s * kLanes);
      sums[s] = _mm512_fmadd_ps(v, v, sums[s]);
    }
  for (; i < size; i += kLanes) {
    const __m512 v = avx512::load_first(x + i, size - i);
    sums[0] = _mm512_fmadd_ps(v, v, sums[0]);
  }
  return _mm512_reduce_add_ps(
      _mm512_add_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_add_ps(sums[2], sums[3])));
}

}  // namespace

WINNOW_AVX512_VNNI
void rms_norm_avx512_vnni(const float* x, const float* weight, int size, float epsilon,
                          float* y) noexcept {
  const float mean = sum_of_squares(x, size) / static_cast<float>(size);
  const __m512 factor = _mm512_set1_ps(1.0f / std::sqrt(mean + epsilon));
  for (int i = 0; i < size; i += avx512::kLanes) {
    const __m512 scaled = _mm512_mul_ps(avx512::load_first(x + i, size - i), factor);
    avx512::store_first(y + i, size - i,
                        _mm512_mul_ps(scaled, avx512::load_first(weight + i, size - i)));
  }
}

}  // namespace winnow::kernels
