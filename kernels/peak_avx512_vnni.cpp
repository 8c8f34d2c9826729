// vpdpbusd on 512 bits, 16 chains: more than two units times its latency.
#include "kernels/isa.h"
#include "kernels/peak_rows.h"

namespace winnow::kernels {

constexpr int kAccumulators = kPeakMacsAvx512Vnni / 64;

WINNOW_AVX512_VNNI
uint32_t peak_avx512_vnni(int64_t rounds, int a, int b) noexcept {
  const __m512i first = _mm512_set1_epi8(static_cast<char>(a));
  const __m512i second = _mm512_set1_epi8(static_cast<char>(b));
  __m512i sums[kAccumulators];
#pragma GCC unroll 16
  for (__m512i& sum : sums) {
    sum = _mm512_setzero_si512();
    asm("" : "+v"(sum));  // equal ones would become one
  }
  for (int64_t round = 0; round < rounds; ++round)
#pragma GCC unroll 16
    for (__m512i& sum : sums) sum = _mm512_dpbusd_epi32(sum, first, second);
  alignas(64) uint32_t lanes[16];
  uint32_t total = 0;
#pragma GCC unroll 16
  for (const __m512i& sum : sums) {
    _mm512_store_si512(lanes, sum);
    for (const uint32_t lane : lanes) total += lane;
  }
  return total;
}

WINNOW_AVX512_VNNI
uint64_t read_avx512_vnni(const uint64_t* words, size_t count) noexcept {
  __m512i sums[8];
  for (__m512i& sum : sums) sum = _mm512_setzero_si512();
  for (size_t i = 0; i < count; i += 64)
    for (int j = 0; j < 8; ++j)
      sums[j] = _mm512_add_epi64(sums[j], _mm512_load_si512(words + i + 8 * j));
  alignas(64) uint64_t lanes[8];
  uint64_t total = 0;
  for (const __m512i& sum : sums) {
    _mm512_store_si512(lanes, sum);
    for (const uint64_t lane : lanes) total += lane;
  }
  return total;
}

}  // namespace winnow::kernels
