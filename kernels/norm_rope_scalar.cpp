// The reference for a normalized head under rotary position embedding.
#include "kernels/rows.h"

namespace winnow::kernels {

void norm_rope_scalar(float* x, const float* weight, float epsilon, const float* cosines,
                      const float* sines, int size) noexcept {
  rms_norm_scalar(x, weight, size, epsilon, x);
  const int half = size / 2;
  for (int i = 0; i < half; ++i) {
    const float first = x[i], second = x[i + half];
    x[i] = first * cosines[i] - second * sines[i];
    x[i + half] = first * sines[i] + second * cosines[i];
  }
}

}  // namespace winnow::kernels
