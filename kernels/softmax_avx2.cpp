// Softmax in three passes: the largest, exponentials and their sum, scaling.
#include <limits>

#include "kernels/avx2.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

WINNOW_AVX2 inline float largest_of(const float* x, int size) noexcept {
  const __m256 lowest = _mm256_set1_ps(-std::numeric_limits<float>::infinity());
  __m256 largest = lowest;
  for (int i = 0; i < size; i += avx2::kLanes)
    largest = _mm256_max_ps(largest, avx2::load_first_or(lowest, x + i, size - i));
  return avx2::largest_lane(largest);
}

}  // namespace

WINNOW_AVX2
void softmax_avx2(float* x, int size) noexcept {
  const __m256 lowest = _mm256_set1_ps(-std::numeric_limits<float>::infinity());
  const __m256 largest = _mm256_set1_ps(largest_of(x, size));
  __m256 sum = _mm256_setzero_ps();
  for (int i = 0; i < size; i += avx2::kLanes) {
    // exp(-infinity) adds 0 where there is no element.
    const __m256 e =
        avx2::exp(_mm256_sub_ps(avx2::load_first_or(lowest, x + i, size - i), largest));
    avx2::store_first(x + i, size - i, e);
    sum = _mm256_add_ps(sum, e);
  }
  const __m256 factor = _mm256_set1_ps(1.0f / avx2::sum_lanes(sum));
  for (int i = 0; i < size; i += avx2::kLanes)
    avx2::store_first(x + i, size - i, _mm256_mul_ps(avx2::load_first(x + i, size - i), factor));
}

}  // namespace winnow::kernels
