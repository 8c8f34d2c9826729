// The reference for a normalized branch added to the residual stream.
#include <cmath>

#include "kernels/rows.h"

namespace winnow::kernels {

void add_norm_scalar(const float* y, const float* weight, int size, float epsilon,
                     float* x) noexcept {
  double sum = 0;
  for (int i = 0; i < size; ++i) sum += static_cast<double>(y[i]) * y[i];
  const float factor = static_cast<float>(1.0 / std::sqrt(sum / size + epsilon));
  for (int i = 0; i < size; ++i) x[i] += y[i] * factor * weight[i];
}

}  // namespace winnow::kernels
