// Quantizing activations, a block as two vectors. Equal to the reference to the bit.
#include "kernels/avx512.h"
#include "kernels/quantize.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_AVX512_VNNI
void quantize_row_avx512_vnni(const float* x, int size, int8_t* values, float* scales,
                              int32_t* offsets) noexcept {
  for (int block = 0; block < size / kBlockSize; ++block, x += kBlockSize, values += kBlockSize) {
    const __m512 first = _mm512_loadu_ps(x);
    const __m512 second = _mm512_loadu_ps(x + avx512::kLanes);
    const float largest =
        _mm512_reduce_max_ps(_mm512_max_ps(_mm512_abs_ps(first), _mm512_abs_ps(second)));
    const BlockScale scale = block_scale(largest);
    const __m512 inverse = _mm512_set1_ps(scale.inverse);
    const __m512i first_values = _mm512_cvtps_epi32(_mm512_mul_ps(first, inverse));
    const __m512i second_values = _mm512_cvtps_epi32(_mm512_mul_ps(second, inverse));
    auto* out = reinterpret_cast<__m128i*>(values);
    _mm_storeu_si128(out, _mm512_cvtepi32_epi8(first_values));
    _mm_storeu_si128(out + 1, _mm512_cvtepi32_epi8(second_values));
    scales[block] = scale.scale;
    offsets[block] = -128 * _mm512_reduce_add_epi32(_mm512_add_epi32(first_values, second_values));
  }
}

}  // namespace winnow::kernels
