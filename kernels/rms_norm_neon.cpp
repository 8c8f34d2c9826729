// RMS normalization.
#include "kernels/neon.h"
#include "kernels/rows.h"

namespace winnow::kernels {

void rms_norm_neon(const float* x, const float* weight, int size, float epsilon,
                   float* y) noexcept {
  const float factor = neon::rms_norm_factor(x, size, epsilon);
  for (int i = 0; i < size; i += neon::kLanes) {
    const float32x4_t scaled = vmulq_n_f32(neon::load_first(x + i, size - i), factor);
    neon::store_first(y + i, size - i, vmulq_f32(scaled, neon::load_first(weight + i, size - i)));
  }
}

}  // namespace winnow::kernels
