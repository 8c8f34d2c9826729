#include "reports/gate/kernels.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <map>
#include <tuple>

#include "reports/recorded/kernel_work.h"

namespace winnow::reports {

using profiles::Recording;
using profiles::SampledProfile;

namespace {

constexpr double kLevel = 0.05;  // of all functions of a variant together
constexpr double kMsPerSecond = 1e3, kMacsPerGmac = 1e9;
constexpr double kFewestSamples = 5;  // in the two builds together

// One function of one build.
struct Samples {
  double seconds = 0, count = 0;
  std::string category;
};
using ByName = std::map<std::string, Samples>;

ByName by_name(const SampledProfile& profile, const std::vector<std::string>& kernels) {
  ByName result;
  for (const auto& function : profile.functions) {
    if (!function.flat_s || !function.flat_samples) continue;
    std::string name = function.name;
    for (const std::string& kernel : kernels)
      if (is_part_of(function.name, kernel)) name = kernel;
    Samples& samples = result[name];
    samples.seconds += *function.flat_s;
    samples.count += static_cast<double>(*function.flat_samples);
    samples.category = function.category;
  }
  return result;
}

bool is_work(const std::string& category) {
  return category != "scheduler" && category != "kernel";
}

// What one build did of the work, for every function's divisor.
struct Build {
  const SampledProfile* profile;
  Known<KernelMacs> macs;
  std::string iteration;  // what one is called

  double macs_of(const std::string& kernel) const {
    if (!macs.value || macs.value->iterations != profile->iterations) return 0;
    const auto found = macs.value->macs.find(kernel);
    return found == macs.value->macs.end() ? 0 : found->second;
  }
};

// Counts are Poisson: the logarithm of their ratio has the variance 1/a + 1/b. Half a sample more
// on each side keeps a function that one build never met finite.
GateKernel kernel_of(const std::string& variant, const std::string& name, const Build& before,
                     const Build& after, const Samples& a, const Samples& b, double quantile) {
  GateKernel kernel;
  kernel.variant = variant;
  kernel.function = name;
  kernel.category = a.category.empty() ? b.category : a.category;
  const double macs_before = before.macs_of(name), macs_after = after.macs_of(name);
  const bool counted = macs_before > 0 && macs_after > 0;
  kernel.unit = "ms/" + (counted ? "GMAC" : before.iteration);
  const double units_before = counted ? macs_before / kMacsPerGmac : before.profile->iterations;
  const double units_after = counted ? macs_after / kMacsPerGmac : after.profile->iterations;
  kernel.baseline = a.seconds * kMsPerSecond / units_before;
  kernel.candidate = b.seconds * kMsPerSecond / units_after;
  const auto each = [](const SampledProfile& profile) {
    return profile.sampled_s / static_cast<double>(*profile.samples);
  };
  const double ratio = (b.count + 0.5) * each(*after.profile) / units_after /
                       ((a.count + 0.5) * each(*before.profile) / units_before);
  const double error = quantile * std::sqrt(1 / (a.count + 0.5) + 1 / (b.count + 0.5));
  kernel.ratio = ratio;
  kernel.low = ratio * std::exp(-error);
  kernel.high = ratio * std::exp(error);
  kernel.rise_ms = b.seconds * kMsPerSecond / after.profile->iterations -
                   a.seconds * kMsPerSecond / before.profile->iterations;
  return kernel;
}

void add_kernels(const Recording& baseline, const Recording& candidate, const std::string& variant,
                 std::vector<GateKernel>& kernels) {
  const MeasuredArm first_arm(baseline, variant), second_arm(candidate, variant);
  const auto& before = first_arm.cpu();
  const auto& after = second_arm.cpu();
  const auto sampled = [](const auto& profile) {
    return profile && profile->samples && *profile->samples > 0 && profile->iterations > 0;
  };
  if (!sampled(before) || !sampled(after)) return;
  const std::string iteration = words_of(baseline).iteration;
  const Build first{&*before, kernel_macs_of(first_arm, Pass::cpu), iteration};
  const Build second{&*after, kernel_macs_of(second_arm, Pass::cpu), iteration};
  std::vector<std::string> counted;
  if (first.macs.value)
    for (const auto& [name, macs] : first.macs.value->macs) counted.push_back(name);
  ByName names = by_name(*before, counted);
  const ByName others = by_name(*after, counted);
  for (const auto& [name, samples] : others) names.try_emplace(name);
  std::vector<std::tuple<std::string, Samples, Samples>> seen;
  for (const auto& [name, samples] : names) {
    const auto other = others.find(name);
    const Samples now = other == others.end() ? Samples{} : other->second;
    if (samples.count + now.count >= kFewestSamples) seen.emplace_back(name, samples, now);
  }
  // Bonferroni's: of many functions some would seem to have risen.
  const double tail = kLevel / 2 / static_cast<double>(std::max<size_t>(1, seen.size()));
  const double quantile = -boost::math::quantile(boost::math::normal_distribution<double>(), tail);
  for (const auto& [name, before_samples, after_samples] : seen)
    kernels.push_back(
        kernel_of(variant, name, first, second, before_samples, after_samples, quantile));
}

}  // namespace

std::vector<GateKernel> risen_kernels(const Recording& baseline, const Recording& candidate) {
  std::vector<GateKernel> kernels;
  for (const auto& variant : baseline.variants)
    add_kernels(baseline, candidate, variant.name, kernels);
  std::ranges::stable_sort(kernels, [](const GateKernel& a, const GateKernel& b) {
    const auto key = [](const GateKernel& kernel) {
      return std::tuple(kernel.risen(), is_work(kernel.category), kernel.rise_ms);
    };
    return key(a) > key(b);
  });
  return kernels;
}

}  // namespace winnow::reports
