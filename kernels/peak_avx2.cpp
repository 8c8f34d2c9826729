// vpmaddubsw, vpmaddwd, vpaddd: the shortest exact sequence for operands of 7 bits. Enough chains
// to keep every vector unit busy, as many as fit the 16 registers.
#include "kernels/isa.h"
#include "kernels/peak_rows.h"

namespace winnow::kernels {

constexpr int kAccumulators = kPeakMacsAvx2 / 32;

WINNOW_AVX2
uint32_t peak_avx2(int64_t rounds, int a, int b) noexcept {
  const __m256i ones = _mm256_set1_epi16(1), second = _mm256_set1_epi8(static_cast<char>(b));
  __m256i first = _mm256_set1_epi8(static_cast<char>(a));
  __m256i sums[kAccumulators];
#pragma GCC unroll 8
  for (__m256i& sum : sums) sum = _mm256_setzero_si256();
  for (int64_t round = 0; round < rounds; ++round)
#pragma GCC unroll 8
    for (__m256i& sum : sums) {
      asm("" : "+x"(first));  // may have changed: no product is computed before the loop
      const __m256i pairs = _mm256_maddubs_epi16(first, second);
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
    }
  alignas(32) uint32_t lanes[8];
  uint32_t total = 0;
#pragma GCC unroll 8
  for (const __m256i& sum : sums) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), sum);
    for (const uint32_t lane : lanes) total += lane;
  }
  return total;
}

WINNOW_AVX2
uint64_t read_avx2(const uint64_t* words, size_t count) noexcept {
  __m256i sums[8];
  for (__m256i& sum : sums) sum = _mm256_setzero_si256();
  for (size_t i = 0; i < count; i += 32)
    for (int j = 0; j < 8; ++j) {
      const auto* from = reinterpret_cast<const __m256i*>(words + i + 4 * j);
      sums[j] = _mm256_add_epi64(sums[j], _mm256_load_si256(from));
    }
  alignas(32) uint64_t lanes[4];
  uint64_t total = 0;
  for (const __m256i& sum : sums) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), sum);
    for (const uint64_t lane : lanes) total += lane;
  }
  return total;
}

}  // namespace winnow::kernels
