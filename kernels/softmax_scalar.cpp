// The reference for softmax.
#include <algorithm>
#include <cmath>

#include "kernels/rows.h"

namespace winnow::kernels {

void softmax_scalar(float* x, int size) noexcept {
  const float largest = *std::max_element(x, x + size);
  double sum = 0;
  for (int i = 0; i < size; ++i) {
    x[i] = std::exp(x[i] - largest);
    sum += x[i];
  }
  const float factor = static_cast<float>(1.0 / sum);
  for (int i = 0; i < size; ++i) x[i] *= factor;
}

}  // namespace winnow::kernels
