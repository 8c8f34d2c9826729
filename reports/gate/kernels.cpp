#include "reports/gate/kernels.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "reports/recorded/function_changes.h"
#include "reports/recorded/kernel_work.h"

namespace winnow::reports {

using profiles::Recording;
using profiles::SampledProfile;

namespace {

constexpr double kRiseLevel = 0.05;  // of all functions of a variant together
constexpr double kMsPerSecond = 1e3, kMacsPerGmac = 1e9;

bool is_work(const std::string& category) {
  return category != "scheduler" && category != "kernel";
}

// What one build did of the work, for every function's divisor.
struct Build {
  const SampledProfile* profile;
  Known<KernelMacs> macs;

  double macs_of(const std::string& kernel) const {
    if (!macs.value || macs.value->iterations != profile->iterations) return 0;
    const auto found = macs.value->macs.find(kernel);
    return found == macs.value->macs.end() ? 0 : found->second;
  }
};

struct Builds {
  Build before, after;

  bool count(const std::string& name) const {
    return before.macs_of(name) > 0 && after.macs_of(name) > 0;
  }
  std::pair<double, double> units_of(const std::string& name) const {
    if (count(name))
      return {before.macs_of(name) / kMacsPerGmac, after.macs_of(name) / kMacsPerGmac};
    return {before.profile->iterations, after.profile->iterations};
  }
  // The kernel that the function is part of; else its own name.
  std::string name_of(const std::string& function) const {
    std::string name = function;
    if (before.macs.value)
      for (const auto& [kernel, macs] : before.macs.value->macs)
        if (is_part_of(function, kernel)) name = kernel;
    return name;
  }
};

GateKernel kernel_of(const std::string& variant, const std::string& iteration, const Builds& builds,
                     const FunctionChange& change) {
  GateKernel kernel;
  kernel.variant = variant;
  kernel.function = change.name;
  kernel.category = change.category();
  kernel.unit = "ms/" + (builds.count(change.name) ? "GMAC" : iteration);
  const auto [units_before, units_after] = builds.units_of(change.name);
  kernel.baseline = change.before.seconds * kMsPerSecond / units_before;
  kernel.candidate = change.after.seconds * kMsPerSecond / units_after;
  kernel.ratio = change.ratio;
  kernel.low = change.low;
  kernel.high = change.high;
  kernel.rise_ms = change.rise_s * kMsPerSecond;
  return kernel;
}

void add_kernels(const Recording& baseline, const Recording& candidate, const std::string& variant,
                 std::vector<GateKernel>& kernels) {
  const MeasuredArm before(baseline, variant), after(candidate, variant);
  if (!before.cpu() || !after.cpu()) return;
  const Builds builds{{&*before.cpu(), kernel_macs_of(before, Pass::cpu)},
                      {&*after.cpu(), kernel_macs_of(after, Pass::cpu)}};
  const FunctionCount how{kRiseLevel,
                          [&](const std::string& function) { return builds.name_of(function); },
                          [&](const std::string& name) { return builds.units_of(name); }};
  const std::string iteration = words_of(baseline).iteration;
  for (const FunctionChange& change : function_changes(*before.cpu(), *after.cpu(), how))
    kernels.push_back(kernel_of(variant, iteration, builds, change));
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
