// The gated activation of the feed-forward layer, quantized four blocks at a time.
#include <algorithm>

#include "kernels/avx2.h"
#include "kernels/geglu.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

WINNOW_AVX2 inline __m256 gelu(__m256 g) noexcept {
  const __m256 one = _mm256_set1_ps(1.0f);
  const __m256 cubic = _mm256_mul_ps(_mm256_set1_ps(kGeluCubic), g);
  const __m256 u = _mm256_mul_ps(g, _mm256_fmadd_ps(cubic, g, one));
  const __m256 e = avx2::exp(_mm256_mul_ps(_mm256_set1_ps(kGeluMinus2Factor), u));
  return _mm256_div_ps(g, _mm256_add_ps(one, e));
}

}  // namespace

WINNOW_AVX2
void geglu_quantize_avx2(const float* gate_up, int block_count, int8_t* values, float* scales,
                         int32_t* offsets) noexcept {
  using namespace avx2;
  for (int block = 0; block < block_count; block += kQuantizedBlocks) {
    const int count = std::min(block_count - block, kQuantizedBlocks);
    float y[kQuantizedBlocks * kBlockSize];
    for (int b = 0; b < count; ++b, gate_up += 2 * kBlockSize)
      for (int i = 0; i < kBlockSize; i += kLanes) {
        const __m256 up = _mm256_loadu_ps(gate_up + kBlockSize + i);
        _mm256_storeu_ps(y + b * kBlockSize + i,
                         _mm256_mul_ps(gelu(_mm256_loadu_ps(gate_up + i)), up));
      }
    quantize_blocks(y, count, values + block * kBlockSize, scales + block, offsets + block);
  }
}

}  // namespace winnow::kernels
