#pragma once

#include <cmath>
#include <cstring>

#include "kernels/exp.h"
#include "kernels/isa.h"
#include "kernels/quantize.h"

// What the AArch64 rows share. Every AArch64 processor has these instructions; only the int8
// products of the matmul and dot rows need a target.
namespace winnow::kernels::neon {

inline constexpr int kLanes = 4;

// The first `count` lanes, or all of them; the others are 0.
inline float32x4_t load_first(const float* x, int count) noexcept {
  if (count >= kLanes) return vld1q_f32(x);
  float lanes[kLanes] = {};
  std::memcpy(lanes, x, count * sizeof(float));
  return vld1q_f32(lanes);
}

inline void store_first(float* y, int count, float32x4_t value) noexcept {
  if (count >= kLanes) return vst1q_f32(y, value);
  float lanes[kLanes];
  vst1q_f32(lanes, value);
  for (int i = 0; i < count; ++i) y[i] = lanes[i];
}

// 2^n for n in [-126, 127].
inline float32x4_t power_of_two(int32x4_t n) noexcept {
  return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(n, vdupq_n_s32(127)), 23));
}

// exp.h explains; two factors of about 2^(n/2) make the infinity and the subnormal results.
inline float32x4_t exp(float32x4_t x) noexcept {
  x = vmaxq_f32(x, vdupq_n_f32(kExpLowest));
  x = vminq_f32(x, vdupq_n_f32(kExpHighest));
  const float32x4_t n = vrndnq_f32(vmulq_n_f32(x, kLog2E));
  float32x4_t r = vfmsq_n_f32(x, n, kLn2High);
  r = vfmsq_n_f32(r, n, kLn2Low);
  float32x4_t p = vdupq_n_f32(kExpPolynomial[0]);
  for (int i = 1; i < kExpPolynomialSize; ++i) p = vfmaq_f32(vdupq_n_f32(kExpPolynomial[i]), p, r);
  const int32x4_t exponent = vcvtq_s32_f32(n);
  const int32x4_t half = vshrq_n_s32(exponent, 1);
  const float32x4_t rest = power_of_two(vsubq_s32(exponent, half));
  return vmulq_f32(vmulq_f32(p, power_of_two(half)), rest);
}

// The sums of the lanes of four vectors.
inline float32x4_t sum_each(float32x4_t a, float32x4_t b, float32x4_t c, float32x4_t d) noexcept {
  return vpaddq_f32(vpaddq_f32(a, b), vpaddq_f32(c, d));
}

// 1 / sqrt(mean(x^2) + epsilon); four partial sums hide the latency of the additions.
inline float rms_norm_factor(const float* x, int size, float epsilon) noexcept {
  float32x4_t sums[4] = {};
  int i = 0;
  for (; i + 4 * kLanes <= size; i += 4 * kLanes)
    for (int s = 0; s < 4; ++s) {
      const float32x4_t v = vld1q_f32(x + i + s * kLanes);
      sums[s] = vfmaq_f32(sums[s], v, v);
    }
  for (; i < size; i += kLanes) {
    const float32x4_t v = load_first(x + i, size - i);
    sums[0] = vfmaq_f32(sums[0], v, v);
  }
  const float sum = vaddvq_f32(vaddq_f32(vaddq_f32(sums[0], sums[1]), vaddq_f32(sums[2], sums[3])));
  return 1.0f / std::sqrt(sum / static_cast<float>(size) + epsilon);
}

inline constexpr int kBlockVectors = 8;  // of a block of 32

// A block of quantize_row.
inline void quantize_block(const float32x4_t (&x)[kBlockVectors], int8_t* values, float* scale,
                           int32_t* offset) noexcept {
  float32x4_t largest = vabsq_f32(x[0]);
  for (int v = 1; v < kBlockVectors; ++v) largest = vmaxq_f32(largest, vabsq_f32(x[v]));
  const BlockScale block = block_scale(vmaxvq_f32(largest));
  int16x8_t rounded[kBlockVectors / 2];
  for (int v = 0; v < kBlockVectors / 2; ++v) {
    const int32x4_t low = vcvtnq_s32_f32(vmulq_n_f32(x[2 * v], block.inverse));
    const int32x4_t high = vcvtnq_s32_f32(vmulq_n_f32(x[2 * v + 1], block.inverse));
    rounded[v] = vcombine_s16(vmovn_s32(low), vmovn_s32(high));
  }
  vst1q_s8(values, vcombine_s8(vmovn_s16(rounded[0]), vmovn_s16(rounded[1])));
  vst1q_s8(values + 16, vcombine_s8(vmovn_s16(rounded[2]), vmovn_s16(rounded[3])));
  const int16x8_t sum =
      vaddq_s16(vaddq_s16(rounded[0], rounded[1]), vaddq_s16(rounded[2], rounded[3]));
  *scale = block.scale;
  *offset = -128 * vaddvq_s16(sum);
}

// Half scales, as they lie in a PackedMatrix.
inline float32x4_t load_halves(const std::byte* halves) noexcept {
  return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(reinterpret_cast<const uint8_t*>(halves))));
}

}  // namespace winnow::kernels::neon
