// RMS normalization, 8 elements at a time.
#include "kernels/avx2.h"
#include "kernels/rows.h"

namespace winnow::kernels {
WINNOW_AVX2
void rms_norm_avx2(const float* x, const float* weight, int size, float epsilon,
                   float* y) noexcept {
  const __m256 factor = avx2::norm_factor(x, size, epsilon);
  for (int i = 0; i < size; i += avx2::kLanes) {
    const __m256 scaled = _mm256_mul_ps(avx2::load_first(x + i, size - i), factor);
    avx2::store_first(y + i, size - i,
                      _mm256_mul_ps(scaled, avx2::load_first(weight + i, size - i)));
  }
}

}  // namespace winnow::kernels
