#pragma once

// gelu_tanh(g) = g / 2 * (1 + tanh(u)), u = sqrt(2 / pi) * (g + 0.044715 g^3), is also
// g / (1 + exp(-2u)): one exponential, and no cancellation where tanh(u) is near -1.
namespace winnow::kernels {

inline constexpr float kGeluCubic = 0.044715f;
inline constexpr float kGeluMinus2Factor = -1.5957691216057308f;  // -2 * sqrt(2 / pi)

}  // namespace winnow::kernels
