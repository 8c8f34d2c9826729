// The gated activation of the feed-forward layer, 8 elements at a time.
#include "kernels/avx2.h"
#include "kernels/geglu.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_AVX2
void geglu_avx2(const float* gate, const float* up, int size, float* y) noexcept {
  const __m256 one = _mm256_set1_ps(1.0f);
  for (int i = 0; i < size; i += avx2::kLanes) {
    const __m256 g = avx2::load_first(gate + i, size - i);
    const __m256 cubic = _mm256_mul_ps(_mm256_set1_ps(kGeluCubic), g);
    const __m256 u = _mm256_mul_ps(g, _mm256_fmadd_ps(cubic, g, one));
    const __m256 e = avx2::exp(_mm256_mul_ps(_mm256_set1_ps(kGeluMinus2Factor), u));
    const __m256 gelu = _mm256_div_ps(g, _mm256_add_ps(one, e));
    avx2::store_first(y + i, size - i, _mm256_mul_ps(gelu, avx2::load_first(up + i, size - i)));
  }
}

}  // namespace winnow::kernels
