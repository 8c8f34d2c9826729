#pragma once

#include <optional>
#include <vector>

// How large a difference must be for the verdict's own test to find it, and how many pairs of
// blocks find it.
//
// The test: Wilcoxon's signed ranks over pairs of blocks, exact, at kLevel after Holm. The noise:
// the log-ratios of the A/A arm's pairs. Their scatter is half the width of their 99.9% interval
// by signed ranks (of their whole range, where they are fewer than 11), which a spike among many
// pairs hardly moves and a spike among few moves as it moves the test. The effect is exp(factor *
// scatter) - 1. The factors come from a simulation of that test on normal log-ratios with scatter,
// A/A arm and comparisons of one and the same run (detectable_table.h): where the effect is what a
// run prints, 90% of such runs find it. Nothing here touches shared state.
namespace winnow::reports {

// Of an effect that is called detectable: the share of runs that find it.
inline constexpr double kPower = 0.9;

// What is to be found: the difference of one variant from the baseline, p by Holm over all variants
// against the baseline, of which this one alone differs; or the winner against every other variant,
// p by Holm over all pairs of variants, of which all others are alike.
enum class Sought { kRow, kWinner };

// The relative effect (0.05: 5%) that a run of `variants` (2 and more) finds with kPower;
// `log_ratios`: of the A/A arm's pairs, finite. Empty: too few pairs for the level.
std::optional<double> detectable_effect(const std::vector<double>& log_ratios, Sought sought,
                                        int variants);

// The standard deviation of a normal distribution whose scatter would be that of these log-ratios,
// with its 99% interval, by the same simulation. Empty: fewer than 8.
struct Sigma {
  double sigma = 0, low = 0, high = 0;
};
std::optional<Sigma> sigma_of(const std::vector<double>& log_ratios);

// Pairs by which a comparison of two variants finds a relative effect above 0 with kPower; `sigma`
// was estimated from `measured` pairs, at least 8. At most 1,000,000; of more than kMostPairs it
// tells that they are too many for one comparison, no more.
int pairs_to_detect(double effect, double sigma, int measured);

}  // namespace winnow::reports
