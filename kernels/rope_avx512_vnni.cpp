// Rotary position embedding, 16 pairs at a time.
#include "kernels/avx512.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_AVX512_VNNI
void rope_avx512_vnni(float* x, const float* cosines, const float* sines, int size) noexcept {
  const int half = size / 2;
  for (int i = 0; i < half; i += avx512::kLanes) {
    const int count = half - i;
    const __m512 first = avx512::load_first(x + i, count);
    const __m512 second = avx512::load_first(x + half + i, count);
    const __m512 cosine = avx512::load_first(cosines + i, count);
    const __m512 sine = avx512::load_first(sines + i, count);
    avx512::store_first(x + i, count, _mm512_fmsub_ps(first, cosine, _mm512_mul_ps(second, sine)));
    avx512::store_first(x + half + i, count,
                        _mm512_fmadd_ps(first, sine, _mm512_mul_ps(second, cosine)));
  }
}

}  // namespace winnow::kernels
