#include "reports/comparison/counter_tests.h"

#include <algorithm>
#include <cmath>

#include "reports/statistics/student.h"
#include "reports/statistics/ties.h"
#include "reports/statistics/unpaired_ratio.h"

namespace winnow::reports {

namespace {

constexpr double kSigmas = 4, kRelative = 0.1;
constexpr double kRankLevel = 0.001;
constexpr double kSteadyCount = 10;  // luck does not repeat it in every process

std::vector<double> per_iteration(const Counter& counter, const Behaviour& behaviour) {
  std::vector<double> values;
  for (size_t i = 0; i < counter.counts.size(); ++i)
    values.push_back(counter.counts[i] / behaviour.iterations[i]);
  return values;
}

bool is_steady(const std::vector<double>& values) {
  return std::ranges::all_of(values, [&](double value) { return tied(value, values.front()); });
}

// The design makes a count exact that it speaks of, and one that no process strays from.
bool is_exact(const Counter& first, const Counter& second) {
  return first.by_design || std::ranges::max(first.counts) >= kSteadyCount ||
         std::ranges::max(second.counts) >= kSteadyCount;
}

std::vector<double> logarithms(const Counter& counter, const Behaviour& behaviour) {
  std::vector<double> values;
  for (size_t i = 0; i < counter.counts.size(); ++i)
    values.push_back(std::log((counter.counts[i] + 0.5) / behaviour.iterations[i]));
  return values;
}

}  // namespace

bool is_material(double first, double second, double iterations, double other_iterations) {
  const double fewer = std::min(iterations, other_iterations);
  const double a = first * fewer / iterations, b = second * fewer / other_iterations;
  return std::abs(a - b) > kSigmas * std::sqrt(a + b) + kRelative * std::max(a, b);
}

double p_of_counter(const std::string& name, const Behaviour& first, const Behaviour& second) {
  const Counter& a = first.counters.at(name);
  const Counter& b = second.counters.at(name);
  const std::vector<double> left = per_iteration(a, first), right = per_iteration(b, second);
  if (is_steady(left) && is_steady(right) && is_exact(a, b))
    return tied(left.front(), right.front()) ? 1 : 0;
  if (!is_material(a.total(), b.total(), first.all_iterations(), second.all_iterations())) return 1;
  if (mann_whitney_p(left, right) > kRankLevel) return 1;
  return welch_p(logarithms(a, first), logarithms(b, second));
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
