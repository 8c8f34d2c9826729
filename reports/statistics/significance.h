#pragma once

#include <optional>
#include <vector>

// Tests of many comparisons, and how many pairs of blocks a comparison takes.
namespace winnow::reports {

// A difference counts as proven at this level, over all comparisons that a table draws on: 99 %
// confidence.
inline constexpr double kLevel = 0.01;
// Of an effect that is called detectable: the probability of finding it.
inline constexpr double kPower = 0.9;

// Two-sided sign test of `wins` against `losses`.
double sign_test(int wins, int losses);

// The p of each test, adjusted so that all of those at or below a level hold together at that level
// (Holm, Scandinavian Journal of Statistics 6, 1979).
std::vector<double> holm(const std::vector<double>& p);

// Pairs of blocks below which no signed-rank test of `comparisons` can reach the level: with n
// pairs that all point the same way p is 2^(1 - n).
int pairs_needed(double level, int comparisons);

// The standard deviation of values, with its chi-squared interval; empty below two values.
struct Sigma {
  double sigma = 0, low = 0, high = 0;
};
std::optional<Sigma> sigma_of(const std::vector<double>& values, double confidence);

// The relative effect (0.05: 5 %) that this many pairs find with kPower, where log-ratios scatter
// by sigma: exp((t(1 - level / 2) + t(power)) sigma / sqrt(pairs)) - 1. Empty where the pairs are
// too few for the level.
std::optional<double> detectable_effect(double sigma, int pairs, double level, int comparisons = 1);

// Pairs that find a relative effect with kPower: (z(1 - level / 2) + z(power))^2 sigma^2 / delta^2
// + z(1 - level / 2)^2 / 2 with delta = ln(1 + effect), but as many as the level needs.
int pairs_to_detect(double effect, double sigma, double level);

}  // namespace winnow::reports
