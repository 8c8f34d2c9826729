// RMS normalization into quantized activations; the normalized floats stay in registers.
#include "kernels/neon.h"
#include "kernels/rows.h"

namespace winnow::kernels {

void norm_quantize_neon(const float* x, const float* weight, int size, float epsilon,
                        int8_t* values, float* scales, int32_t* offsets) noexcept {
  const float factor = neon::rms_norm_factor(x, size, epsilon);
  for (int block = 0; block < size / kBlockSize; ++block) {
    float32x4_t y[neon::kBlockVectors];
    for (int v = 0; v < neon::kBlockVectors; ++v) {
      const float32x4_t scaled = vmulq_n_f32(vld1q_f32(x + v * neon::kLanes), factor);
      y[v] = vmulq_f32(scaled, vld1q_f32(weight + v * neon::kLanes));
    }
    neon::quantize_block(y, values, scales + block, offsets + block);
    x += kBlockSize, weight += kBlockSize, values += kBlockSize;
  }
}

}  // namespace winnow::kernels
