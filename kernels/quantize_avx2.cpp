// Quantizing activations, four blocks at a time. Equal to the reference to the bit.
#include "kernels/avx2.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_AVX2
void quantize_row_avx2(const float* x, int size, int8_t* values, float* scales,
                       int32_t* offsets) noexcept {
  using namespace avx2;
  const int block_count = size / kBlockSize;
  for (int block = 0; block < block_count; block += kQuantizedBlocks) {
    const int first = block * kBlockSize;
    quantize_blocks(x + first, block_count - block, values + first, scales + block,
                    offsets + block);
  }
}

}  // namespace winnow::kernels
