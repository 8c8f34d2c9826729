#pragma once

#include <vector>

// Figures that mathematics calls equal differ by the rounding of binary fractions, as the
// logarithms of 0.4 / 0.36 and 0.5 / 0.45 do. No clock tells two times apart that are as near as
// this.
namespace winnow::reports {

inline constexpr double kTie = 1e-9;  // relative

// The same up to kTie of the larger one.
bool tied(double a, double b);

// Logarithms of ratios, in their order: of ratios, or inverse ones, within kTie of each other all
// take the size of the smallest, and ratios within kTie of one the logarithm 0.
std::vector<double> with_ties(std::vector<double> logarithms);

}  // namespace winnow::reports
