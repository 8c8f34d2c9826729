#pragma once

#include <cstddef>
#include <vector>

// Whether a sample has one mode or two, and which of its values lie far from the others.
namespace winnow::reports {

inline constexpr size_t kFewestForShape = 8;  // values: fewer tell nothing

// What counts as the same: `resolution` is the finest step between two values that the clock or the
// counter tells, `least` the smallest difference that is worth a word.
struct Grain {
  double resolution = 0, least = 0;
};

// How far each value lies from the median of all: the modified z-score of Iglewicz and Hoaglin (How
// to Detect and Handle Outliers, ASQC 1993), 0.6745 |x - median| / MAD, where MAD is the median
// absolute deviation, but not less than the resolution. Of at least one value.
std::vector<double> modified_z_scores(const std::vector<double>& values, const Grain& grain);

// The score beyond which one of so many values is an outlier. The customary 3.5 takes a value of
// every seventh normal sample of ten for one: these are the limits that a value of one normal
// sample in a hundred exceeds, by simulation.
double outlier_limit(size_t values);

// The positions beyond that limit, and farther from the median than `least`. Below kFewestForShape
// none.
std::vector<size_t> far_out(const std::vector<double>& values, const Grain& grain);

struct Shape {
  std::vector<size_t> outliers{};        // positions in the sample, ascending
  std::vector<size_t> lower{}, upper{};  // of the two modes; empty: no two modes are proven
  bool two_modes() const { return !lower.empty(); }
};

// Two modes: the sorted values are cut where the squares within both groups add up to the least
// (k-means in one dimension, which is Otsu's threshold, IEEE Trans. SMC 9, 1979), each group having
// a fifth of the values and three of them at least. They are two modes where their means lie as
// many pooled standard deviations apart (Ashman, Bird and Zepf, Astronomical Journal 108, 1994,
// call it D) as in less than one sample in a hundred of one mode, be that normal, uniform,
// exponential or Laplace's, by simulation; and by more than `least`. Outliers are not among the
// values that are cut, unless they are as many as a mode; then they are no outliers where two modes
// are found.
Shape shape_of(const std::vector<double>& values, const Grain& grain);

}  // namespace winnow::reports
