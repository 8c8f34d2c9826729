#pragma once

#include <limits>

namespace winnow::kernels {

inline constexpr float kLargestValue = 127.0f;
inline constexpr float kSmallestScale = std::numeric_limits<float>::min();

struct BlockScale {
  float scale;
  float inverse;
};

// The scale of a block whose largest magnitude is given. A subnormal scale would have too few
// significant bits, and an inverse beyond the range of float: such a block counts as zero.
inline BlockScale block_scale(float largest) noexcept {
  const float scale = largest / kLargestValue;
  if (scale < kSmallestScale) return {0.0f, 0.0f};
  return {scale, 1.0f / scale};
}

}  // namespace winnow::kernels
