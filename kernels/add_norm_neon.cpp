// A normalized branch added to the residual stream.
#include "kernels/neon.h"
#include "kernels/rows.h"

namespace winnow::kernels {

void add_norm_neon(const float* y, const float* weight, int size, float epsilon,
                   float* x) noexcept {
  const float factor = neon::rms_norm_factor(y, size, epsilon);
  for (int i = 0; i < size; i += neon::kLanes) {
    const float32x4_t scaled = vmulq_n_f32(neon::load_first(y + i, size - i), factor);
    const float32x4_t before = neon::load_first(x + i, size - i);
    neon::store_first(x + i, size - i,
                      vfmaq_f32(before, scaled, neon::load_first(weight + i, size - i)));
  }
}

}  // namespace winnow::kernels
