// Softmax in three passes: the largest, exponentials and their sum, scaling.
#include <limits>

#include "kernels/avx512.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

WINNOW_AVX512_VNNI inline float largest_of(const float* x, int size) noexcept {
  const __m512 lowest = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
  __m512 largest = lowest;
  for (int i = 0; i < size; i += avx512::kLanes)
    largest =
        _mm512_max_ps(largest, _mm512_mask_loadu_ps(lowest, avx512::first_lanes(size - i), x + i));
  return _mm512_reduce_max_ps(largest);
}

}  // namespace

WINNOW_AVX512_VNNI
void softmax_avx512_vnni(float* x, int size) noexcept {
  const __m512 largest = _mm512_set1_ps(largest_of(x, size));
  __m512 sum = _mm512_setzero_ps();
  for (int i = 0; i < size; i += avx512::kLanes) {
    const __mmask16 lanes = avx512::first_lanes(size - i);
    const __m512 e = avx512::exp(_mm512_sub_ps(_mm512_maskz_loadu_ps(lanes, x + i), largest));
    _mm512_mask_storeu_ps(x + i, lanes, e);
    sum = _mm512_mask_add_ps(sum, lanes, sum, e);
  }
  const __m512 factor = _mm512_set1_ps(1.0f / _mm512_reduce_add_ps(sum));
  for (int i = 0; i < size; i += avx512::kLanes)
    avx512::store_first(x + i, size - i,
                        _mm512_mul_ps(avx512::load_first(x + i, size - i), factor));
}

}  // namespace winnow::kernels
