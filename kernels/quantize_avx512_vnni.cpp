// Quantizing activations, four blocks at a time. Equal to the reference to the bit.
#include "kernels/avx512.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_AVX512_VNNI
void quantize_row_avx512_vnni(const float* x, int size, int8_t* values, float* scales,
                              int32_t* offsets) noexcept {
  using namespace avx512;
  const int block_count = size / kBlockSize;
  for (int block = 0; block < block_count; block += kQuantizedBlocks) {
    const int first = block * kBlockSize;
    __m512 vectors[kQuantizedVectors];
    for (int v = 0; v < kQuantizedVectors; ++v)
      vectors[v] = load_first(x + first + v * kLanes, size - first - v * kLanes);
    quantize_blocks(vectors, block_count - block, values + first, scales + block, offsets + block);
  }
}

}  // namespace winnow::kernels
