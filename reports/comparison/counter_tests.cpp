#include "reports/comparison/counter_tests.h"

#include <algorithm>
#include <cmath>

#include "reports/statistics/student.h"
#include "reports/statistics/unpaired_ratio.h"

namespace winnow::reports {

namespace {

constexpr double kSigmas = 4, kRelative = 0.1;
constexpr double kRankLevel = 0.001;
constexpr int kSteadyCount = 10;             // luck does not repeat it in every process
constexpr double kInstructionsApart = 1e-4;  // of a command's start: what its arguments cost
constexpr double kInstructionsOfStart = 1000;

std::vector<ExactRatio> ratios_of(const Counter& counter, const Behaviour& behaviour) {
  std::vector<ExactRatio> ratios;
  for (size_t i = 0; i < counter.counts.size(); ++i)
    ratios.push_back({counter.counts[i], behaviour.iterations[i]});
  return ratios;
}

bool is_steady(const std::vector<ExactRatio>& values) {
  return std::ranges::all_of(values,
                             [&](const ExactRatio& value) { return value == values.front(); });
}

// The design makes a count exact that it speaks of, and one that no process strays from.
bool is_exact(const Counter& first, const Counter& second) {
  return first.by_design || std::ranges::max(first.counts) >= kSteadyCount ||
         std::ranges::max(second.counts) >= kSteadyCount;
}

std::vector<double> logarithms(const Counter& counter, const Behaviour& behaviour) {
  std::vector<double> values;
  for (size_t i = 0; i < counter.counts.size(); ++i)
    values.push_back(std::log((static_cast<double>(counter.counts[i]) + 0.5) /
                              static_cast<double>(behaviour.iterations[i])));
  return values;
}

bool all_above_zero(const std::vector<Whole>& values) {
  return std::ranges::all_of(values, [](Whole value) { return value > 0; });
}

// The chance that all of one variant and none of the other do something that each process does
// with the same probability: at most, over all such probabilities, and for either variant.
double p_of_all_against_none(double all, double none) {
  const double sum = all + none;
  return 2 * std::exp(all * std::log(all / sum) + none * std::log(none / sum));
}

bool all_against_none(const Counter& first, const Counter& second) {
  return (first.total() == 0 && all_above_zero(second.counts)) ||
         (second.total() == 0 && all_above_zero(first.counts));
}

}  // namespace

std::vector<double> per_iteration(const Counter& counter, const Behaviour& behaviour) {
  std::vector<double> values;
  for (const ExactRatio& ratio : ratios_of(counter, behaviour)) values.push_back(ratio.value());
  return values;
}

bool is_material(double first, double second, double iterations, double other_iterations) {
  const double fewer = std::min(iterations, other_iterations);
  const double a = first * fewer / iterations, b = second * fewer / other_iterations;
  return std::abs(a - b) > kSigmas * std::sqrt(a + b) + kRelative * std::max(a, b);
}

double p_of_counter(const std::string& name, const Behaviour& first, const Behaviour& second) {
  const Counter& a = first.counters.at(name);
  const Counter& b = second.counters.at(name);
  const std::vector<ExactRatio> each = ratios_of(a, first), other = ratios_of(b, second);
  if (is_steady(each) && is_steady(other) && is_exact(a, b))
    return each.front() == other.front() ? 1 : 0;
  if (!is_material(first.all(a), second.all(b))) return 1;
  const std::vector<double> left = per_iteration(a, first), right = per_iteration(b, second);
  if (mann_whitney_p(left, right) > kRankLevel) return 1;
  const double p = welch_p(logarithms(a, first), logarithms(b, second));
  if (!all_against_none(a, b)) return p;
  const double p_of_either =
      p_of_all_against_none(static_cast<double>(left.size()), static_cast<double>(right.size()));
  return std::min(1.0, 2 * std::min(p, p_of_either));  // of two tests the better one
}

bool is_material(const ExactRatio& first, const ExactRatio& second) {
  return is_material(static_cast<double>(first.count), static_cast<double>(second.count),
                     static_cast<double>(first.per), static_cast<double>(second.per));
}

bool sums_differ(const ExactRatio& first, const ExactRatio& second) {
  const bool whole = first.count % first.per == 0 && second.count % second.per == 0;
  return whole ? first != second : is_material(first, second);
}

bool instructions_differ(const profiles::InstructionProfile& first,
                         const profiles::InstructionProfile& second) {
  const auto mean = [](const profiles::InstructionProfile& profile) {
    return static_cast<double>(profile.instructions) / profile.iterations;
  };
  const auto spread = [](const profiles::InstructionProfile& profile) {
    return static_cast<double>(profile.most - profile.fewest);
  };
  const double one = mean(first), other = mean(second);
  const double allowed = 2 * (spread(first) + spread(second)) +
                         kInstructionsApart * std::max(one, other) + kInstructionsOfStart;
  return std::abs(one - other) > allowed;
}

double rank_p_of_counter(const std::string& name, const Behaviour& first, const Behaviour& second) {
  return mann_whitney_p(per_iteration(first.counters.at(name), first),
                        per_iteration(second.counters.at(name), second));
}

bool ranks_can_tell(const Behaviour& first, const Behaviour& second) {
  return mann_whitney_critical(static_cast<int>(first.iterations.size()),
                               static_cast<int>(second.iterations.size()), kRankLevel / 2)
      .has_value();
}

}  // namespace winnow::reports
