// The dot product with vpmaddwd: sign-extended to 16 bits, so exact for every value.
#include "kernels/avx2.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

WINNOW_AVX2 inline __m256i load_16(const int8_t* values) noexcept {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(values)));
}

}  // namespace

WINNOW_AVX2
float dot_avx2(const BlockQ8_0* w, const int8_t* x, const float* x_scales, int size) noexcept {
  __m256 sum = _mm256_setzero_ps();
  for (int block = 0; block < size / kBlockSize; ++block, x += kBlockSize) {
    const int8_t* weights = w[block].values;
    const __m256i products =
        _mm256_add_epi32(_mm256_madd_epi16(load_16(weights), load_16(x)),
                         _mm256_madd_epi16(load_16(weights + 16), load_16(x + 16)));
    const __m256 scaled =
        _mm256_mul_ps(_mm256_cvtepi32_ps(products), _mm256_set1_ps(_cvtsh_ss(w[block].scale)));
    sum = _mm256_fmadd_ps(scaled, _mm256_set1_ps(x_scales[block]), sum);
  }
  return avx2::sum_lanes(sum);
}

}  // namespace winnow::kernels
