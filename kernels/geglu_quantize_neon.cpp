// The gated activation of the feed-forward layer, quantized; the floats stay in registers.
#include "kernels/geglu.h"
#include "kernels/neon.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

inline float32x4_t gelu(float32x4_t g) noexcept {
  const float32x4_t one = vdupq_n_f32(1.0f);
  const float32x4_t cubic = vfmaq_f32(one, vmulq_n_f32(g, kGeluCubic), g);
  const float32x4_t minus_2u = vmulq_n_f32(vmulq_f32(g, cubic), kGeluMinus2Factor);
  return vdivq_f32(g, vaddq_f32(one, neon::exp(minus_2u)));
}

}  // namespace

void geglu_quantize_neon(const float* gate_up, int block_count, int8_t* values, float* scales,
                         int32_t* offsets) noexcept {
  for (int block = 0; block < block_count; ++block) {
    float32x4_t y[neon::kBlockVectors];
    for (int v = 0; v < neon::kBlockVectors; ++v) {
      const float* gate = gate_up + v * neon::kLanes;
      y[v] = vmulq_f32(gelu(vld1q_f32(gate)), vld1q_f32(gate + kBlockSize));
    }
    neon::quantize_block(y, values, scales + block, offsets + block);
    gate_up += 2 * kBlockSize, values += kBlockSize;
  }
}

}  // namespace winnow::kernels
