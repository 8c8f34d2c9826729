// The reference for RMS normalization into quantized activations.
#include <cmath>

#include "kernels/rows.h"

namespace winnow::kernels {

void norm_quantize_scalar(const float* x, const float* weight, int size, float epsilon,
                          int8_t* values, float* scales, int32_t* offsets) noexcept {
  double sum = 0;
  for (int i = 0; i < size; ++i) sum += static_cast<double>(x[i]) * x[i];
  const float factor = static_cast<float>(1.0 / std::sqrt(sum / size + epsilon));
  for (int block = 0; block < size / kBlockSize; ++block) {
    float y[kBlockSize];
    for (int i = 0; i < kBlockSize; ++i) y[i] = x[i] * factor * weight[i];
    quantize_row_scalar(y, kBlockSize, values, scales + block, offsets + block);
    x += kBlockSize, weight += kBlockSize, values += kBlockSize;
  }
}

}  // namespace winnow::kernels
