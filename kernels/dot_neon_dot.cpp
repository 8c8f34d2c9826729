// The dot product with SDOT, which is exact for every value.
#include "kernels/neon.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_NEON_DOT
float dot_neon_dot(const BlockQ8_0* w, const int8_t* x, const float* x_scales, int size) noexcept {
  float32x4_t sum = vdupq_n_f32(0);
  for (int block = 0; block < size / kBlockSize; ++block, x += kBlockSize) {
    const int8_t* weights = w[block].values;
    int32x4_t products = vdotq_s32(vdupq_n_s32(0), vld1q_s8(weights), vld1q_s8(x));
    products = vdotq_s32(products, vld1q_s8(weights + 16), vld1q_s8(x + 16));
    const float scale = half_to_float(w[block].scale);
    sum = vfmaq_n_f32(sum, vmulq_n_f32(vcvtq_f32_s32(products), scale), x_scales[block]);
  }
  return vaddvq_f32(sum);
}

}  // namespace winnow::kernels
