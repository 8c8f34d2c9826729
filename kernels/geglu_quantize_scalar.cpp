// The reference for the gated activation of the feed-forward layer, quantized.
#include <cmath>

#include "kernels/geglu.h"
#include "kernels/rows.h"

namespace winnow::kernels {

void geglu_quantize_scalar(const float* gate_up, int block_count, int8_t* values, float* scales,
                           int32_t* offsets) noexcept {
  for (int block = 0; block < block_count; ++block) {
    float y[kBlockSize];
    for (int i = 0; i < kBlockSize; ++i) {
      const float g = gate_up[i];
      const float minus_2u = kGeluMinus2Factor * (g * (1.0f + kGeluCubic * g * g));
      y[i] = g / (1.0f + std::exp(minus_2u)) * gate_up[kBlockSize + i];
    }
    quantize_row_scalar(y, kBlockSize, values, scales + block, offsets + block);
    gate_up += 2 * kBlockSize, values += kBlockSize;
  }
}

}  // namespace winnow::kernels
