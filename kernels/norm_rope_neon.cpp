// A normalized head under rotary position embedding.
#include "kernels/neon.h"
#include "kernels/rows.h"

namespace winnow::kernels {

void norm_rope_neon(float* x, const float* weight, float epsilon, const float* cosines,
                    const float* sines, int size) noexcept {
  const float factor = neon::rms_norm_factor(x, size, epsilon);
  const int half = size / 2;
  float* const x_high = x + half;
  const float* const weight_high = weight + half;
  for (int i = 0; i < half; i += neon::kLanes) {
    const int count = half - i;
    const float32x4_t first = vmulq_f32(vmulq_n_f32(neon::load_first(x + i, count), factor),
                                        neon::load_first(weight + i, count));
    const float32x4_t second = vmulq_f32(vmulq_n_f32(neon::load_first(x_high + i, count), factor),
                                         neon::load_first(weight_high + i, count));
    const float32x4_t cosine = neon::load_first(cosines + i, count);
    const float32x4_t sine = neon::load_first(sines + i, count);
    neon::store_first(x + i, count, vfmsq_f32(vmulq_f32(first, cosine), second, sine));
    neon::store_first(x_high + i, count, vfmaq_f32(vmulq_f32(first, sine), second, cosine));
  }
}

}  // namespace winnow::kernels
