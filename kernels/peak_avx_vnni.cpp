// vpdpbusd on 256 bits, VEX-encoded. Twelve chains hide its latency and leave two of the 16
// registers for the operands.
#include "kernels/isa.h"
#include "kernels/peak_rows.h"

namespace winnow::kernels {

constexpr int kAccumulators = kPeakMacsAvxVnni / 32;

WINNOW_AVX_VNNI
uint32_t peak_avx_vnni(int64_t rounds, int a, int b) noexcept {
  const __m256i first = _mm256_set1_epi8(static_cast<char>(a));
  const __m256i second = _mm256_set1_epi8(static_cast<char>(b));
  __m256i sums[kAccumulators];
#pragma GCC unroll 12
  for (__m256i& sum : sums) {
    sum = _mm256_setzero_si256();
    asm("" : "+x"(sum));  // equal ones would become one
  }
  for (int64_t round = 0; round < rounds; ++round)
#pragma GCC unroll 12
    for (__m256i& sum : sums) sum = _mm256_dpbusd_avx_epi32(sum, first, second);
  alignas(32) uint32_t lanes[8];
  uint32_t total = 0;
#pragma GCC unroll 12
  for (const __m256i& sum : sums) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), sum);
    for (const uint32_t lane : lanes) total += lane;
  }
  return total;
}

}  // namespace winnow::kernels
