// RMS normalization into quantized activations: of the normalized row only four blocks exist at a
// time. Equal to rms_norm and quantize_row of this instruction set to the bit.
#include <algorithm>

#include "kernels/avx2.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_AVX2
void norm_quantize_avx2(const float* x, const float* weight, int size, float epsilon,
                        int8_t* values, float* scales, int32_t* offsets) noexcept {
  using namespace avx2;
  const __m256 factor = norm_factor(x, size, epsilon);
  const int block_count = size / kBlockSize;
  for (int block = 0; block < block_count; block += kQuantizedBlocks) {
    const int first = block * kBlockSize;
    const int end = std::min(first + kQuantizedBlocks * kBlockSize, size);
    float y[kQuantizedBlocks * kBlockSize];
    for (int i = first; i < end; i += kLanes) {
      const __m256 scaled = _mm256_mul_ps(_mm256_loadu_ps(x + i), factor);
      _mm256_storeu_ps(y + (i - first), _mm256_mul_ps(scaled, _mm256_loadu_ps(weight + i)));
    }
    quantize_blocks(y, block_count - block, values + first, scales + block, offsets + block);
  }
}

}  // namespace winnow::kernels
