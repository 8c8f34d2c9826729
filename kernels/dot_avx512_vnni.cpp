// The dot product with vpdpwssd: a block's 32 pairs, sign-extended to 16 bits, in one instruction.
#include "kernels/avx512.h"
#include "kernels/rows.h"

namespace winnow::kernels {

WINNOW_AVX512_VNNI
float dot_avx512_vnni(const BlockQ8_0* w, const int8_t* x, const float* x_scales,
                      int size) noexcept {
  __m512 sum = _mm512_setzero_ps();
  for (int block = 0; block < size / kBlockSize; ++block, x += kBlockSize) {
    const auto* weights = reinterpret_cast<const __m256i*>(w[block].values);
    const __m512i products = _mm512_dpwssd_epi32(
        _mm512_setzero_si512(), _mm512_cvtepi8_epi16(_mm256_loadu_si256(weights)),
        _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(x))));
    const __m512 scaled =
        _mm512_mul_ps(_mm512_cvtepi32_ps(products), _mm512_set1_ps(_cvtsh_ss(w[block].scale)));
    sum = _mm512_fmadd_ps(scaled, _mm512_set1_ps(x_scales[block]), sum);
  }
  return _mm512_reduce_add_ps(sum);
}

}  // namespace winnow::kernels
