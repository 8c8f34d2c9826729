// RMS normalization, 16 elements at a time.
#include "kernels/avx512.h"
#include "kernels/rows.h"

namespace winnow::kernels {
WINNOW_AVX512_VNNI
void rms_norm_avx512_vnni(const float* x, const float* weight, int size, float epsilon,
                          float* y) noexcept {
  const __m512 factor = avx512::norm_factor(x, size, epsilon);
  for (int i = 0; i < size; i += avx512::kLanes) {
    const __m512 scaled = _mm512_mul_ps(avx512::load_first(x + i, size - i), factor);
    avx512::store_first(y + i, size - i,
                        _mm512_mul_ps(scaled, avx512::load_first(weight + i, size - i)));
  }
}

}  // namespace winnow::kernels
