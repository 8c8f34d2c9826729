// The gated activation of the feed-forward layer, quantized four blocks at a time.
#include "kernels/avx512.h"
#include "kernels/geglu.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

WINNOW_AVX512_VNNI inline __m512 gelu(__m512 g) noexcept {
  const __m512 one = _mm512_set1_ps(1.0f);
  const __m512 cubic = _mm512_mul_ps(_mm512_set1_ps(kGeluCubic), g);
  const __m512 u = _mm512_mul_ps(g, _mm512_fmadd_ps(cubic, g, one));
  const __m512 e = avx512::exp(_mm512_mul_ps(_mm512_set1_ps(kGeluMinus2Factor), u));
  return _mm512_div_ps(g, _mm512_add_ps(one, e));
}

}  // namespace

WINNOW_AVX512_VNNI
void geglu_quantize_avx512_vnni(const float* gate_up, int block_count, int8_t* values,
                                float* scales, int32_t* offsets) noexcept {
  using namespace avx512;
  for (int block = 0; block < block_count; block += kQuantizedBlocks) {
    __m512 vectors[kQuantizedVectors];
    for (int v = 0; v < kQuantizedVectors; ++v) {
      const int vector_block = block + v / kBlockVectors;
      const float* gate =
          gate_up + ptrdiff_t{vector_block} * 2 * kBlockSize + v % kBlockVectors * kLanes;
      const int count = vector_block < block_count ? kLanes : 0;
      vectors[v] =
          _mm512_mul_ps(gelu(load_first(gate, count)), load_first(gate + kBlockSize, count));
    }
    quantize_blocks(vectors, block_count - block, values + block * kBlockSize, scales + block,
                    offsets + block);
  }
}

}  // namespace winnow::kernels
