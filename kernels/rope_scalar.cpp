// The reference for rotary position embedding.
#include "kernels/rows.h"

namespace winnow::kernels {

void rope_scalar(float* x, const float* cosines, const float* sines, int size) noexcept {
  const int half = size / 2;
  for (int i = 0; i < half; ++i) {
    const float first = x[i], second = x[i + half];
    x[i] = first * cosines[i] - second * sines[i];
    x[i + half] = first * sines[i] + second * cosines[i];
  }
}

}  // namespace winnow::kernels
