// A normalized head under rotary position embedding, 16 pairs at a time.
#include "kernels/avx512.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_AVX512_VNNI
void norm_rope_avx512_vnni(float* x, const float* weight, float epsilon, const float* cosines,
                           const float* sines, int size) noexcept {
  using namespace avx512;
  const __m512 factor = norm_factor(x, size, epsilon);
  const int half = size / 2;
  for (int i = 0; i < half; i += kLanes) {
    const int count = half - i;
    float* at_first = x + i;
    float* at_second = x + half + i;
    const __m512 first = _mm512_mul_ps(_mm512_mul_ps(load_first(at_first, count), factor),
                                       load_first(weight + i, count));
    const __m512 second = _mm512_mul_ps(_mm512_mul_ps(load_first(at_second, count), factor),
                                        load_first(weight + half + i, count));
    const __m512 cosine = load_first(cosines + i, count);
    const __m512 sine = load_first(sines + i, count);
    store_first(at_first, count, _mm512_fmsub_ps(first, cosine, _mm512_mul_ps(second, sine)));
    store_first(at_second, count, _mm512_fmadd_ps(first, sine, _mm512_mul_ps(second, cosine)));
  }
}

}  // namespace winnow::kernels
