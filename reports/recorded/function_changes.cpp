#include "reports/recorded/function_changes.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <map>

namespace winnow::reports {

using profiles::SampledProfile;

namespace {

constexpr double kFewestFunctionSamples = 5;  // in the two profiles together

using SamplesByName = std::map<std::string, FunctionSamples>;

SamplesByName samples_by_name(const SampledProfile& profile, const FunctionCount& how) {
  SamplesByName result;
  for (const auto& function : profile.functions) {
    if (!function.flat_s || !function.flat_samples) continue;
    FunctionSamples& samples = result[how.name_of ? how.name_of(function.name) : function.name];
    samples.seconds += *function.flat_s;
    samples.count += static_cast<double>(*function.flat_samples);
    samples.category = function.category;
  }
  return result;
}

bool has_samples(const SampledProfile& profile) {
  return profile.samples && *profile.samples > 0 && profile.iterations > 0;
}

double seconds_of_a_sample(const SampledProfile& profile) {
  return profile.sampled_s / static_cast<double>(*profile.samples);
}

}  // namespace

std::vector<FunctionChange> function_changes(const SampledProfile& before,
                                             const SampledProfile& after,
                                             const FunctionCount& how) {
  std::vector<FunctionChange> changes;
  if (!has_samples(before) || !has_samples(after)) return changes;
  SamplesByName names = samples_by_name(before, how);
  const SamplesByName others = samples_by_name(after, how);
  for (const auto& [name, samples] : others) names.try_emplace(name);
  for (const auto& [name, samples] : names) {
    const auto other = others.find(name);
    const FunctionSamples now = other == others.end() ? FunctionSamples{} : other->second;
    if (samples.count + now.count >= kFewestFunctionSamples)
      changes.push_back({name, samples, now});
  }
  // Bonferroni's: of many functions some would seem to have changed.
  const double tail = how.level / 2 / static_cast<double>(std::max<size_t>(1, changes.size()));
  const double quantile = -boost::math::quantile(boost::math::normal_distribution<double>(), tail);
  for (FunctionChange& change : changes) {
    const auto [units_before, units_after] =
        how.units_of ? how.units_of(change.name)
                     : std::pair<double, double>(before.iterations, after.iterations);
    const double a = change.before.count + 0.5, b = change.after.count + 0.5;
    change.ratio = b * seconds_of_a_sample(after) / units_after /
                   (a * seconds_of_a_sample(before) / units_before);
    // Counts are Poisson: the logarithm of their ratio has the variance 1/a + 1/b.
    const double error = quantile * std::sqrt(1 / a + 1 / b);
    change.low = change.ratio * std::exp(-error);
    change.high = change.ratio * std::exp(error);
    change.rise_s =
        change.after.seconds / after.iterations - change.before.seconds / before.iterations;
  }
  return changes;
}

}  // namespace winnow::reports
