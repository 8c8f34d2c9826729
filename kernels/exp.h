#pragma once

// exp(x) = 2^n * exp(r): n = round(x * log2(e)), r = x - n * ln(2) in two steps (Cody and Waite
// 1980), |r| <= ln(2) / 2, and exp(r) = 1 + r + r^2 * q(r), q of degree 4 through the Chebyshev
// points of (exp(r) - 1 - r) / r^2. The polynomial is within 1.1e-8 of exp(r), relatively; rounding
// makes it at most 1.2e-7. Below kExpLowest the result is 0, above kExpHighest infinity; a NaN
// stays one.
namespace winnow::kernels {

inline constexpr float kLog2E = 0x1.715476p+0f;
inline constexpr float kLn2High = 0x1.62e43p-1f;
inline constexpr float kLn2Low = -0x1.05c61p-29f;
inline constexpr float kExpLowest = -104.0f;
inline constexpr float kExpHighest = 89.0f;

// The highest power first.
inline constexpr int kExpPolynomialSize = 7;
inline constexpr float kExpPolynomial[kExpPolynomialSize] = {
    0x1.6d10fcp-10f, 0x1.120b62p-7f, 0x1.55551ap-5f, 0x1.5554dep-3f, 0.5f, 1.0f, 1.0f};

}  // namespace winnow::kernels
