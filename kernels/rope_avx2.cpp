// Rotary position embedding, 8 pairs at a time.
#include "kernels/avx2.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_AVX2
void rope_avx2(float* x, const float* cosines, const float* sines, int size) noexcept {
  const int half = size / 2;
  for (int i = 0; i < half; i += avx2::kLanes) {
    const int count = half - i;
    const __m256 first = avx2::load_first(x + i, count);
    const __m256 second = avx2::load_first(x + half + i, count);
    const __m256 cosine = avx2::load_first(cosines + i, count);
    const __m256 sine = avx2::load_first(sines + i, count);
    avx2::store_first(x + i, count, _mm256_fmsub_ps(first, cosine, _mm256_mul_ps(second, sine)));
    avx2::store_first(x + half + i, count,
                      _mm256_fmadd_ps(first, sine, _mm256_mul_ps(second, cosine)));
  }
}

}  // namespace winnow::kernels
