// The reference for RMS normalization.
#include <cmath>

#include "kernels/rows.h"

namespace winnow::kernels {

void rms_norm_scalar(const float* x, const float* weight, int size, float epsilon,
                     float* y) noexcept {
  double sum = 0;
  for (int i = 0; i < size; ++i) sum += static_cast<double>(x[i]) * x[i];
  const float factor = static_cast<float>(1.0 / std::sqrt(sum / size + epsilon));
  for (int i = 0; i < size; ++i) y[i] = x[i] * factor * weight[i];
}

}  // namespace winnow::kernels
