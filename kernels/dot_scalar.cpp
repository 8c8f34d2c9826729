// The reference for the dot product of Q8_0 weights and quantized activations.
#include "kernels/rows.h"

namespace winnow::kernels {

float dot_scalar(const BlockQ8_0* w, const int8_t* x, const float* x_scales, int size) noexcept {
  float sum = 0;
  for (int block = 0; block < size / kBlockSize; ++block, x += kBlockSize) {
    int32_t product = 0;
    for (int i = 0; i < kBlockSize; ++i) product += w[block].values[i] * x[i];
    sum += half_to_float(w[block].scale) * static_cast<float>(product) * x_scales[block];
  }
  return sum;
}

}  // namespace winnow::kernels
