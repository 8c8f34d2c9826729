// The reference for the gated activation of the feed-forward layer.
#include <cmath>

#include "kernels/geglu.h"
#include "kernels/rows.h"

namespace winnow::kernels {

void geglu_scalar(const float* gate, const float* up, int size, float* y) noexcept {
  for (int i = 0; i < size; ++i) {
    const float g = gate[i];
    const float minus_2u = kGeluMinus2Factor * (g * (1.0f + kGeluCubic * g * g));
    y[i] = g / (1.0f + std::exp(minus_2u)) * up[i];
  }
}

}  // namespace winnow::kernels
