#pragma once

#include <span>

// Student's t for few observations whose logarithms are near enough to normal.
namespace winnow::reports {

// Two-sided p of "the same mean" of two samples of unequal scatter (Welch, Biometrika 34, 1947).
// Fewer than two values on a side tell nothing: 1. Without any scatter: 0 where the means differ.
double welch_p(std::span<const double> first, std::span<const double> second);

// Two-sided p of "the mean is 0", of differences within pairs.
double paired_t_p(std::span<const double> differences);

}  // namespace winnow::reports
