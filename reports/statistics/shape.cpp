#include "reports/statistics/shape.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "reports/statistics/median.h"

namespace winnow::reports {

namespace {

constexpr double kNormalMad = 0.6745;  // of a normal distribution: MAD by standard deviation
constexpr size_t kFewestOfMode = 3;
constexpr size_t kModeOneOf = 5;

// From so many values on, up to the next row's.
struct Limit {
  size_t values;
  double limit;
};

// A hundredth of normal samples has a score above. Steps down: the first row of the right size.
constexpr std::array kOutlierLimits{Limit{100, 4.4}, Limit{60, 4.5}, Limit{40, 4.7},
                                    Limit{30, 4.9},  Limit{20, 5.3}, Limit{16, 5.7},
                                    Limit{12, 6.4},  Limit{10, 7.1}, Limit{8, 8.4}};
// Less than a hundredth of samples of one mode has its best cut's means farther apart.
constexpr std::array kModeLimits{Limit{100, 4.5}, Limit{60, 4.8}, Limit{40, 5.1}, Limit{30, 5.4},
                                 Limit{24, 5.7},  Limit{20, 6.1}, Limit{18, 6.2}, Limit{16, 6.6},
                                 Limit{14, 7.0},  Limit{12, 7.2}, Limit{10, 7.8}, Limit{8, 9.0}};

template <size_t rows>
double limit_for(const std::array<Limit, rows>& limits, size_t values) {
  for (const Limit& row : limits)
    if (values >= row.values) return row.limit;
  return limits.back().limit;
}

size_t fewest_of_mode(size_t values) {
  return std::max(kFewestOfMode, (values + kModeOneOf - 1) / kModeOneOf);
}

// `positions`, by their values.
std::vector<size_t> sorted_by(const std::vector<double>& values, std::vector<size_t> positions) {
  std::ranges::stable_sort(positions, {}, [&](size_t position) { return values[position]; });
  return positions;
}

struct Cut {
  size_t below = 0;  // values of the lower group; 0: too few for two groups
  double squares = INFINITY;
  double apart = 0;  // the groups' means
};

Cut best_cut(const std::vector<double>& values, const std::vector<size_t>& sorted) {
  const size_t fewest = fewest_of_mode(sorted.size());
  const double middle = values[sorted[sorted.size() / 2]];
  double all = 0, all_squares = 0;
  for (const size_t i : sorted) {
    all += values[i] - middle;
    all_squares += (values[i] - middle) * (values[i] - middle);
  }
  Cut best;
  double lower = 0;
  for (size_t below = 1; below + fewest <= sorted.size(); ++below) {
    lower += values[sorted[below - 1]] - middle;
    if (below < fewest) continue;
    const auto n = static_cast<double>(below), m = static_cast<double>(sorted.size() - below);
    const double upper = all - lower;
    const double squares = std::max(0.0, all_squares - lower * lower / n - upper * upper / m);
    if (squares < best.squares) best = {below, squares, upper / m - lower / n};
  }
  return best;
}

// How many of the sorted positions are the lower mode's; empty: two modes are not proven.
std::optional<size_t> lower_mode(const std::vector<double>& values,
                                 const std::vector<size_t>& sorted, const Grain& grain) {
  if (sorted.size() < kFewestForShape) return std::nullopt;
  const Cut cut = best_cut(values, sorted);
  if (cut.below == 0) return std::nullopt;
  const double scatter =
      std::max(std::sqrt(cut.squares / static_cast<double>(sorted.size() - 2)), grain.resolution);
  if (cut.apart <= grain.least || cut.apart <= limit_for(kModeLimits, sorted.size()) * scatter)
    return std::nullopt;
  return cut.below;
}

}  // namespace

std::vector<double> modified_z_scores(const std::vector<double>& values, const Grain& grain) {
  const double middle = median(values);
  std::vector<double> distances;
  for (const double value : values) distances.push_back(std::abs(value - middle));
  const double scale = std::max(median(distances), grain.resolution);
  for (double& distance : distances)
    distance = distance == 0 ? 0 : scale > 0 ? kNormalMad * distance / scale : INFINITY;
  return distances;
}

double outlier_limit(size_t values) { return limit_for(kOutlierLimits, values); }

std::vector<size_t> far_out(const std::vector<double>& values, const Grain& grain) {
  if (values.size() < kFewestForShape) return {};
  const std::vector<double> scores = modified_z_scores(values, grain);
  const double middle = median(values), limit = outlier_limit(values.size());
  std::vector<size_t> found;
  for (size_t i = 0; i < values.size(); ++i)
    if (scores[i] > limit && std::abs(values[i] - middle) > grain.least) found.push_back(i);
  return found;
}

Shape shape_of(const std::vector<double>& values, const Grain& grain) {
  Shape shape;
  shape.outliers = far_out(values, grain);
  const bool as_many_as_a_mode = shape.outliers.size() >= fewest_of_mode(values.size());
  std::vector<size_t> kept;
  for (size_t i = 0; i < values.size(); ++i)
    if (as_many_as_a_mode || !std::ranges::binary_search(shape.outliers, i)) kept.push_back(i);
  kept = sorted_by(values, std::move(kept));
  const auto below = lower_mode(values, kept, grain);
  if (!below) return shape;
  shape.lower.assign(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(*below));
  shape.upper.assign(kept.begin() + static_cast<std::ptrdiff_t>(*below), kept.end());
  if (as_many_as_a_mode) shape.outliers.clear();
  return shape;
}

}  // namespace winnow::reports
