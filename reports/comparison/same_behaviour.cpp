#include "reports/comparison/same_behaviour.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "reports/comparison/behaviour.h"
#include "reports/statistics/median.h"
#include "reports/statistics/paired_ratio.h"
#include "reports/statistics/significance.h"
#include "reports/statistics/student.h"
#include "reports/statistics/unpaired_ratio.h"

namespace winnow::reports {

namespace {

constexpr double kSigmas = 4, kRelative = 0.1;
constexpr double kRankLevel = 0.001;      // of each count, whatever its distribution is
constexpr double kTogetherLevel = 0.001;  // of all counts of two variants
constexpr double kSteadyCount = 10;       // luck does not repeat it in every process
constexpr double kCoresRelative = 0.05, kCoresConfidence = 0.99;

enum class Likeness { kDifferent, kAlike, kUntold };

std::vector<double> per_iteration(const Counter& counter, const Behaviour& behaviour) {
  std::vector<double> values;
  for (size_t i = 0; i < counter.counts.size(); ++i)
    values.push_back(counter.counts[i] / behaviour.iterations[i]);
  return values;
}

bool equal(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(a, b); }

bool is_steady(const std::vector<double>& values) {
  return std::ranges::all_of(values, [&](double value) { return equal(value, values.front()); });
}

// The design makes a count exact that it speaks of, and one that no process strays from.
bool is_exact(const Counter& first, const Counter& second) {
  return first.by_design || std::ranges::max(first.counts) >= kSteadyCount ||
         std::ranges::max(second.counts) >= kSteadyCount;
}

// Counts of unequal numbers of iterations are held against each other as if of the fewer.
bool is_material(double first, double second, double iterations, double other_iterations) {
  const double fewer = std::min(iterations, other_iterations);
  const double a = first * fewer / iterations, b = second * fewer / other_iterations;
  return std::abs(a - b) > kSigmas * std::sqrt(a + b) + kRelative * std::max(a, b);
}

std::vector<double> logarithms(const Counter& counter, const Behaviour& behaviour) {
  std::vector<double> values;
  for (size_t i = 0; i < counter.counts.size(); ++i)
    values.push_back(std::log((counter.counts[i] + 0.5) / behaviour.iterations[i]));
  return values;
}

// p of "both do it equally often"; 0: exact counts that differ.
double p_of(const std::string& name, const Behaviour& first, const Behaviour& second) {
  const Counter& a = first.counters.at(name);
  const Counter& b = second.counters.at(name);
  const std::vector<double> left = per_iteration(a, first), right = per_iteration(b, second);
  if (is_steady(left) && is_steady(right) && is_exact(a, b))
    return equal(left.front(), right.front()) ? 1 : 0;
  if (!is_material(a.total(), b.total(), first.all_iterations(), second.all_iterations())) return 1;
  if (mann_whitney_p(left, right) > kRankLevel) return 1;
  return welch_p(logarithms(a, first), logarithms(b, second));
}

double p_of_cores(const Behaviour& first, const Behaviour& second) {
  std::vector<double> a, b, differences;
  for (const auto& [index, cores] : first.cores)
    if (const auto match = second.cores.find(index); match != second.cores.end()) {
      a.push_back(cores);
      b.push_back(match->second);
      const double difference = std::log(cores / match->second);
      if (std::isfinite(difference)) differences.push_back(difference);
    }
  if (a.empty()) return 0;
  if (std::abs(median(a) / median(b) - 1) <= kCoresRelative) return 1;
  if (a.size() == 1) return 0;
  return paired_ratio(a, b, kCoresConfidence).decided() ? paired_t_p(differences) : 1;
}

// Could the ranks of so many processes show any difference at all?
bool can_tell(const Behaviour& first, const Behaviour& second) {
  return mann_whitney_critical(static_cast<int>(first.iterations.size()),
                               static_cast<int>(second.iterations.size()), kRankLevel / 2)
      .has_value();
}

// By the sums alone: exact counts must be equal, the others near each other.
bool is_near(const std::string& name, const Behaviour& first, const Behaviour& second) {
  const double a = first.counters.at(name).total(), b = second.counters.at(name).total();
  if (first.counters.at(name).by_design)
    return equal(a / first.all_iterations(), b / second.all_iterations());
  return !is_material(a, b, first.all_iterations(), second.all_iterations());
}

bool count_the_same(const Behaviour& first, const Behaviour& second) {
  return std::ranges::equal(
      first.counters, second.counters, {}, [](const auto& counter) { return counter.first; },
      [](const auto& counter) { return counter.first; });
}

Likeness likeness(const Behaviour& first, const Behaviour& second) {
  if (!is_seen(first) || !is_seen(second)) return Likeness::kDifferent;
  if (first.loops != second.loops || !count_the_same(first, second)) return Likeness::kDifferent;
  const bool told = can_tell(first, second);
  std::vector<double> p{p_of_cores(first, second)};
  for (const auto& [name, counter] : first.counters)
    p.push_back(told ? p_of(name, first, second) : is_near(name, first, second) ? 1 : 0);
  if (std::ranges::min(holm(p)) <= kTogetherLevel) return Likeness::kDifferent;
  return told ? Likeness::kAlike : Likeness::kUntold;
}

std::string sentence(const std::string& names, const Behaviour& first, const Behaviour& second,
                     bool told, const std::string& iteration) {
  const std::string counts = evidence(first, second);
  const size_t processes = std::min(first.iterations.size(), second.iterations.size());
  if (told)
    return fmt::format(
        "{} behave identically: their scheduling counters differ by no more than they scatter "
        "between {} processes of each (per {}: {}). Any difference in time between them is "
        "noise or memory layout, not scheduling.",
        names, processes, iteration, counts);
  return fmt::format(
      "Whether {} behave identically cannot be told: their scheduling counters lie near each other "
      "(per {}: {}), but {} of each {} not enough to know how they scatter.",
      names, iteration, counts,
      processes == 1 ? "one process" : fmt::format("{} processes", processes),
      processes == 1 ? "is" : "are");
}

}  // namespace

std::vector<SameBehaviour> same_behaviours(const Measured& arms) {
  // Of a load nobody knows what its server did.
  if (std::ranges::any_of(arms.variants(), [](const MeasuredArm& variant) {
        return !variant.about->server.empty();
      }))
    return {};
  std::vector<std::optional<Behaviour>> behaviours;
  for (const MeasuredArm& variant : arms.variants()) {
    // Two commands that schedule alike may do different work.
    const bool command = variant.sync() && variant.sync()->seen;
    behaviours.push_back(command ? std::nullopt : behaviour_of(variant));
  }
  std::vector<SameBehaviour> found;
  for (size_t i = 0; i < behaviours.size(); ++i)
    for (size_t j = i + 1; j < behaviours.size(); ++j) {
      if (!behaviours[i] || !behaviours[j]) continue;
      const Likeness like = likeness(*behaviours[i], *behaviours[j]);
      if (like == Likeness::kDifferent) continue;
      const bool told = like == Likeness::kAlike;
      const std::string names = arms[i].label + " and " + arms[j].label;
      found.push_back(
          {i, j, told,
           sentence(names, *behaviours[i], *behaviours[j], told, arms.words().iteration)});
    }
  return found;
}

}  // namespace winnow::reports
