#include "reports/gate/kernels.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "reports/gate/words.h"
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

GateKernel kernel_of(const std::string& variant, const Words& words, const Builds& builds,
                     const FunctionChange& change) {
  GateKernel kernel;
  kernel.variant = variant;
  kernel.function = change.name;
  kernel.category = change.category();
  kernel.unit = "ms/" + (builds.count(change.name) ? "GMAC" : words.iteration);
  const auto [units_before, units_after] = builds.units_of(change.name);
  kernel.baseline = change.before.seconds * kMsPerSecond / units_before;
  kernel.candidate = change.after.seconds * kMsPerSecond / units_after;
  // Of what is shown; half a sample more on each side, as the limits have it, is not.
  kernel.ratio = kernel.baseline > 0 ? kernel.candidate / kernel.baseline : change.ratio;
  kernel.low = change.low;
  kernel.high = change.high;
  kernel.rise_ms = change.rise_s * kMsPerSecond;
  kernel.each = words.an_iteration;
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
  const Words words = words_of(baseline);
  for (const FunctionChange& change : function_changes(*before.cpu(), *after.cpu(), how)) {
    // Both by its units of work and in all: of fewer units it may take more time each.
    GateKernel kernel = kernel_of(variant, words, builds, change);
    if (kernel.candidate > kernel.baseline && kernel.rise_ms > 0)
      kernels.push_back(std::move(kernel));
  }
}

void mark_cause(const std::string& variant, std::vector<GateKernel>& kernels) {
  GateKernel* cause = nullptr;
  for (GateKernel& kernel : kernels)
    if (kernel.variant == variant && kernel.risen() &&
        (!cause || (is_work(kernel.category) && !is_work(cause->category))))
      cause = &kernel;
  if (cause) cause->cause = true;
}

}  // namespace

std::vector<GateKernel> risen_kernels(const Recording& baseline, const Recording& candidate) {
  std::vector<GateKernel> kernels;
  for (const auto& variant : baseline.variants)
    add_kernels(baseline, candidate, variant.name, kernels);
  std::ranges::stable_sort(kernels, [](const GateKernel& a, const GateKernel& b) {
    return std::tuple(a.risen(), a.rise_ms) > std::tuple(b.risen(), b.rise_ms);
  });
  for (const auto& variant : baseline.variants) mark_cause(variant.name, kernels);
  return kernels;
}

bool waits_longer(const GateReport& report) {
  const auto rise = [](const GateRow& row) { return *row.baseline * (*row.ratio - 1); };
  bool waits = false;
  for (const GateRow& wall : report.rows) {
    if (!is_time(wall) || wall.status != GateStatus::kRegression) continue;
    const auto cpu = std::ranges::find_if(report.rows, [&](const GateRow& row) {
      return row.variant == wall.variant && row.metric == "cpu_time" && row.baseline && row.ratio;
    });
    if (wall.metric == "cpu_time" || cpu == report.rows.end() || !wall.baseline || !wall.ratio ||
        *cpu->baseline * 2 > *wall.baseline || rise(*cpu) * 2 > rise(wall))
      return false;
    waits = true;
  }
  return waits;
}

bool have_profiles(const Recording& baseline, const Recording& candidate) {
  return std::ranges::any_of(baseline.variants, [&](const auto& variant) {
    return MeasuredArm(baseline, variant.name).cpu() && MeasuredArm(candidate, variant.name).cpu();
  });
}

void place_kernels(const profiles::Stacks& stacks, const std::string& variant,
                   std::vector<GateKernel>& kernels) {
  std::vector<int64_t> samples(stacks.frames.size());
  for (const profiles::Stack& stack : stacks.stacks)
    if (!stack.frames.empty()) samples[static_cast<size_t>(stack.frames.front())] += stack.samples;
  for (GateKernel& kernel : kernels) {
    if (kernel.variant != variant || !kernel.file.empty()) continue;
    int64_t most = 0;  // of the functions that are part of a kernel the one that takes most
    for (size_t i = 0; i < stacks.frames.size(); ++i) {
      const profiles::Frame& frame = stacks.frames[i];
      if (samples[i] <= most || frame.file.empty() ||
          (frame.function != kernel.function && !is_part_of(frame.function, kernel.function)))
        continue;
      most = samples[i];
      kernel.file = frame.file;
      kernel.line = frame.line;
    }
  }
}

}  // namespace winnow::reports
