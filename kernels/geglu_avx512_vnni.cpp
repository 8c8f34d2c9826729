// The gated activation of the feed-forward layer, 16 elements at a time.
#include "kernels/avx512.h"
#include "kernels/geglu.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_AVX512_VNNI
void geglu_avx512_vnni(const float* gate, const float* up, int size, float* y) noexcept {
  const __m512 one = _mm512_set1_ps(1.0f);
  for (int i = 0; i < size; i += avx512::kLanes) {
    const __m512 g = avx512::load_first(gate + i, size - i);
    const __m512 cubic = _mm512_mul_ps(_mm512_set1_ps(kGeluCubic), g);
    const __m512 u = _mm512_mul_ps(g, _mm512_fmadd_ps(cubic, g, one));
    const __m512 e = avx512::exp(_mm512_mul_ps(_mm512_set1_ps(kGeluMinus2Factor), u));
    const __m512 gelu = _mm512_div_ps(g, _mm512_add_ps(one, e));
    avx512::store_first(y + i, size - i, _mm512_mul_ps(gelu, avx512::load_first(up + i, size - i)));
  }
}

}  // namespace winnow::kernels
