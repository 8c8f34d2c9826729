// The reference for quantizing activations: symmetric, by blocks of 32.
#include <algorithm>
#include <cmath>

#include "kernels/quantize.h"
#include "kernels/rows.h"

namespace winnow::kernels {

void quantize_row_scalar(const float* x, int size, int8_t* values, float* scales,
                         int32_t* offsets) noexcept {
  for (int block = 0; block < size / kBlockSize; ++block, x += kBlockSize, values += kBlockSize) {
    float largest = 0;
    for (int i = 0; i < kBlockSize; ++i) largest = std::max(largest, std::fabs(x[i]));
    const BlockScale scale = block_scale(largest);
    int32_t sum = 0;
    for (int i = 0; i < kBlockSize; ++i) {
      values[i] = static_cast<int8_t>(std::lrint(x[i] * scale.inverse));
      sum += values[i];
    }
    scales[block] = scale.scale;
    offsets[block] = -128 * sum;
  }
}

}  // namespace winnow::kernels
