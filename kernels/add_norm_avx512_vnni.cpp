// A normalized branch added to the residual stream.
#include "kernels/avx512.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_AVX512_VNNI
void add_norm_avx512_vnni(const float* y, const float* weight, int size, float epsilon,
                          float* x) noexcept {
  using namespace avx512;
  const __m512 factor = norm_factor(y, size, epsilon);
  for (int i = 0; i < size; i += kLanes) {
    const int count = size - i;
    const __m512 scaled = _mm512_mul_ps(load_first(y + i, count), factor);
    store_first(x + i, count,
                _mm512_fmadd_ps(scaled, load_first(weight + i, count), load_first(x + i, count)));
  }
}

}  // namespace winnow::kernels
