#pragma once

#include <vector>

// Tests of many comparisons.
namespace winnow::reports {

// A difference counts as proven at this level, over all comparisons that a table draws on: 99%
// confidence.
inline constexpr double kLevel = 0.01;

// Two-sided sign test of `wins` against `losses`.
double sign_test(int wins, int losses);

// The p of each test, adjusted so that all of those at or below a level hold together at that level
// (Holm, Scandinavian Journal of Statistics 6, 1979).
std::vector<double> holm(const std::vector<double>& p);

// Pairs of blocks below which no signed-rank test of `comparisons` can reach the level: with n
// pairs that all point the same way p is 2^(1 - n).
int pairs_needed(double level, int comparisons);

}  // namespace winnow::reports
