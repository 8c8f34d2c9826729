// A normalized branch added to the residual stream.
#include "kernels/avx2.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_AVX2
void add_norm_avx2(const float* y, const float* weight, int size, float epsilon,
                   float* x) noexcept {
  using namespace avx2;
  const __m256 factor = norm_factor(y, size, epsilon);
  for (int i = 0; i < size; i += kLanes) {
    const int count = size - i;
    const __m256 scaled = _mm256_mul_ps(load_first(y + i, count), factor);
    store_first(x + i, count,
                _mm256_fmadd_ps(scaled, load_first(weight + i, count), load_first(x + i, count)));
  }
}

}  // namespace winnow::kernels
