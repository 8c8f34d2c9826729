// Quantizing activations, a block as eight vectors. Equal to the reference to the bit.
#include "kernels/neon.h"
#include "kernels/rows.h"

namespace winnow::kernels {

void quantize_row_neon(const float* x, int size, int8_t* values, float* scales,
                       int32_t* offsets) noexcept {
  for (int block = 0; block < size / kBlockSize; ++block, x += kBlockSize, values += kBlockSize) {
    float32x4_t vectors[neon::kBlockVectors];
    for (int v = 0; v < neon::kBlockVectors; ++v) vectors[v] = vld1q_f32(x + v * neon::kLanes);
    neon::quantize_block(vectors, values, scales + block, offsets + block);
  }
}

}  // namespace winnow::kernels
