// RMS normalization into quantized activations: the normalized row exists in registers only. Equal
// to rms_norm and quantize_row of this instruction set to the bit.
#include "kernels/avx512.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_AVX512_VNNI
void norm_quantize_avx512_vnni(const float* x, const float* weight, int size, float epsilon,
                               int8_t* values, float* scales, int32_t* offsets) noexcept {
  using namespace avx512;
  const __m512 factor = norm_factor(x, size, epsilon);
  const int block_count = size / kBlockSize;
  for (int block = 0; block < block_count; block += kQuantizedBlocks) {
    const int first = block * kBlockSize;
    __m512 vectors[kQuantizedVectors];
    for (int v = 0; v < kQuantizedVectors; ++v) {
      const int i = first + v * kLanes;
      const __m512 scaled = _mm512_mul_ps(load_first(x + i, size - i), factor);
      vectors[v] = _mm512_mul_ps(scaled, load_first(weight + i, size - i));
    }
    quantize_blocks(vectors, block_count - block, values + first, scales + block, offsets + block);
  }
}

}  // namespace winnow::kernels
