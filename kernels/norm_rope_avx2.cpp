// A normalized head under rotary position embedding, 8 pairs at a time.
#include "kernels/avx2.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_AVX2
void norm_rope_avx2(float* x, const float* weight, float epsilon, const float* cosines,
                    const float* sines, int size) noexcept {
  using namespace avx2;
  const __m256 factor = norm_factor(x, size, epsilon);
  const int half = size / 2;
  for (int i = 0; i < half; i += kLanes) {
    const int count = half - i;
    float* at_first = x + i;
    float* at_second = x + half + i;
    const __m256 first = _mm256_mul_ps(_mm256_mul_ps(load_first(at_first, count), factor),
                                       load_first(weight + i, count));
    const __m256 second = _mm256_mul_ps(_mm256_mul_ps(load_first(at_second, count), factor),
                                        load_first(weight + half + i, count));
    const __m256 cosine = load_first(cosines + i, count);
    const __m256 sine = load_first(sines + i, count);
    store_first(at_first, count, _mm256_fmsub_ps(first, cosine, _mm256_mul_ps(second, sine)));
    store_first(at_second, count, _mm256_fmadd_ps(first, sine, _mm256_mul_ps(second, cosine)));
  }
}

}  // namespace winnow::kernels
