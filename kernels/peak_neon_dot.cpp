// SDOT, 16 chains of the 32 registers: more than four units times its latency.
#include "kernels/isa.h"
#include "kernels/peak_rows.h"

namespace winnow::kernels {

constexpr int kAccumulators = kPeakMacsNeonDot / 16;

WINNOW_NEON_DOT uint32_t peak_neon_dot(int64_t rounds, int a, int b) noexcept {
  const int8x16_t first = vdupq_n_s8(static_cast<int8_t>(a));
  const int8x16_t second = vdupq_n_s8(static_cast<int8_t>(b));
  int32x4_t sums[kAccumulators];
#pragma GCC unroll 16
  for (int32x4_t& sum : sums) {
    sum = vdupq_n_s32(0);
    asm("" : "+w"(sum));  // equal ones would become one
  }
  for (int64_t round = 0; round < rounds; ++round)
#pragma GCC unroll 16
    for (int32x4_t& sum : sums) sum = vdotq_s32(sum, first, second);
  uint32_t total = 0;
#pragma GCC unroll 16
  for (const int32x4_t& sum : sums) total += static_cast<uint32_t>(vaddvq_s32(sum));
  return total;
}

}  // namespace winnow::kernels
