#include "reports/comparison/same_behaviour.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "reports/comparison/behaviour.h"
#include "reports/comparison/counter_tests.h"
#include "reports/statistics/median.h"
#include "reports/statistics/paired_ratio.h"
#include "reports/statistics/significance.h"
#include "reports/statistics/student.h"

namespace winnow::reports {

namespace {

constexpr double kCoresRelative = 0.05, kCoresConfidence = 0.99;

enum class Likeness { kDifferent, kAlike, kUntold };

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

// By the sums alone: exact counts must be equal, the others near each other.
bool is_near(const std::string& name, const Behaviour& first, const Behaviour& second) {
  const Counter& counter = first.counters.at(name);
  const ExactRatio a = first.all(counter), b = second.all(second.counters.at(name));
  return counter.by_design ? a == b : !is_material(a, b);
}

bool count_the_same(const Behaviour& first, const Behaviour& second) {
  return std::ranges::equal(
      first.counters, second.counters, {}, [](const auto& counter) { return counter.first; },
      [](const auto& counter) { return counter.first; });
}

Likeness likeness(const Behaviour& first, const Behaviour& second) {
  if (!is_seen(first) || !is_seen(second)) return Likeness::kDifferent;
  if (first.loops != second.loops || !count_the_same(first, second)) return Likeness::kDifferent;
  const bool told = ranks_can_tell(first, second);
  std::vector<double> p{p_of_cores(first, second)};
  for (const auto& [name, counter] : first.counters)
    p.push_back(told ? p_of_counter(name, first, second) : is_near(name, first, second) ? 1 : 0);
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
    // Two commands that schedule alike may do different work (same_commands.h).
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

bool alike_told(const std::vector<SameBehaviour>& alike, size_t first, size_t second) {
  return std::ranges::any_of(alike, [&](const SameBehaviour& both) {
    return both.told && std::minmax(first, second) == std::minmax(both.first, both.second);
  });
}

}  // namespace winnow::reports
