#include "reports/tables/kernels.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/figures/format.h"
#include "reports/recorded/kernel_work.h"
#include "reports/recorded/sampled.h"

namespace winnow::reports {

using profiles::Function;
using profiles::SampledProfile;

namespace {

constexpr double kMacsPerGmac = 1e9, kMillisecondsPerSecond = 1e3;

// The cpu pass of one variant: its multiply-accumulates, fit to be held against its samples.
Known<KernelMacs> sampled_macs(const MeasuredArm& variant) {
  if (!variant.cpu()) return {{}, variant.reason(Pass::cpu)};
  auto work = kernel_macs_of(variant, Pass::cpu);
  if (work.value && work.value->iterations != variant.cpu()->iterations)
    return {{}, "its samples and its blocks stand for different numbers of iterations"};
  return work;
}

Sampled time_in(const SampledProfile& profile, const std::string& kernel) {
  Sampled sum;
  for (const Function& function : profile.functions)
    if (is_part_of(function.name, kernel)) sum.add(function.flat_s, function.flat_samples);
  return sum;
}

// One kernel in one variant.
struct Speed {
  Sampled time;
  double macs_per_iteration = 0;
  Known<double> ms_per_gmac, peak_percent;
};

Speed speed_of(const Measured& arms, const SampledProfile& profile, const KernelMacs& work,
               const std::string& kernel) {
  Speed speed;
  const auto macs = work.macs.find(kernel);
  const auto unavailable = [&](const std::string& why) {
    speed.ms_per_gmac.reason = speed.peak_percent.reason = why;
    return speed;
  };
  if (macs == work.macs.end() || macs->second <= 0)
    return unavailable("no multiply-accumulates were counted");
  speed.macs_per_iteration = macs->second / static_cast<double>(work.iterations);
  speed.time = time_in(profile, kernel);
  if (speed.time.seconds.value_or(0) <= 0)
    return unavailable(fmt::format("no sample lies in a function {} or {}_...", kernel, kernel));
  const double gmacs = macs->second / kMacsPerGmac;
  speed.ms_per_gmac.value = *speed.time.seconds * kMillisecondsPerSecond / gmacs;
  const auto peak = peak_of(arms.recording().roofline, work.isa);
  speed.peak_percent.reason = peak.reason;
  if (peak.value)
    speed.peak_percent.value = 100 * gmacs / *speed.time.seconds / peak.value->one_core_gmacs;
  return speed;
}

// Equal counts: the time by multiply-accumulates differs as the times do. Unequal ones, and a
// comparison that is void, have no test.
Evidence evidence_of(const Profiles& all, const SameWork& same_work, size_t variant,
                     const std::vector<Speed>& speeds) {
  if (variant == 0) return Evidence::kNone;
  if (!same_work.holds()) return Evidence::kVoid;
  if (speeds[0].macs_per_iteration != speeds[variant].macs_per_iteration) return Evidence::kNone;
  return within_sampling_error(all, 0, variant, speeds[0].time, speeds[variant].time)
             ? Evidence::kNoise
             : Evidence::kNone;
}

void add_kernel(Table& table, const Measured& arms, const Profiles& all, const SameWork& same_work,
                const std::vector<Known<KernelMacs>>& work, const std::string& kernel) {
  std::vector<Speed> speeds(work.size());
  for (size_t variant = 0; variant < work.size(); ++variant)
    if (work[variant].value)
      speeds[variant] = speed_of(arms, *all.profiles[variant], *work[variant].value, kernel);
  Row time, share;
  time.name = kernel + ": CPU time per GMAC";
  time.unit = Unit::kMillisecondsPerGmac;
  share.name = kernel + ": share of one core's int8 peak";
  share.unit = Unit::kPercent;
  for (size_t variant = 0; variant < work.size(); ++variant) {
    for (const auto& [row, known] : {std::pair(&time, &speeds[variant].ms_per_gmac),
                                     std::pair(&share, &speeds[variant].peak_percent)}) {
      row->figures.push_back(known->value ? measured(*known->value) : Figure{});
      row->evidence.push_back(evidence_of(all, same_work, variant, speeds));
      if (!known->value && !known->reason.empty())
        table.unavailable.push_back(
            fmt::format("{}: {}: unavailable: {}", row->name, all.labels[variant], known->reason));
    }
  }
  table.rows.push_back(std::move(time));
  table.rows.push_back(std::move(share));
}

// "Fine-Grained 11.55%, Coarse-Grained an unknown part"
std::string unsampled_words(const Profiles& all) {
  std::string text;
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    const SampledProfile* profile = all.profiles[variant];
    if (!profile) continue;
    const bool known = profile->total_s && *profile->total_s > 0;
    text += fmt::format(
        "{}{} {}", text.empty() ? "" : ", ", all.labels[variant],
        known ? format_share(unsampled_s(*profile) / *profile->total_s) : "an unknown part");
  }
  return text;
}

void add_notes(Table& table, const Profiles& all) {
  table.notes.push_back(fmt::format(
      "CPU time sampled in the functions of that name themselves, summed over threads, {}, per "
      "10^9 "
      "multiply-accumulates that the program counted there. Left out: what these functions call, "
      "and the region's CPU time that was not sampled ({}): as far as that was theirs, the true "
      "times are longer and the shares smaller. The peak is that of int8 multiply-accumulates in "
      "registers; wider arithmetic has a lower one.",
      all.basis.words, unsampled_words(all)));
  const bool above = std::ranges::any_of(table.rows, [](const Row& row) {
    return row.unit == Unit::kPercent &&
           std::ranges::any_of(row.figures, [](const Figure& f) { return f.value > 100.0; });
  });
  if (above)
    table.notes.push_back(
        "A share above 100%: the peak was measured too low (a busy machine), too little was "
        "sampled, or the counts are too high.");
}

}  // namespace

Table kernel_table(const Measured& arms, const Profiles& all, const SameWork& same_work) {
  Table table;
  if (!all.words.kernels) return table;
  table.heading = "Kernel Speed";
  table.first_column = "Kernel";
  table.columns = all.labels;
  std::vector<Known<KernelMacs>> work;
  std::set<std::string> kernels;
  for (size_t variant = 0; variant < arms.size(); ++variant) {
    work.push_back(sampled_macs(arms[variant]));
    if (!work.back().value)
      table.unavailable.push_back(
          fmt::format("{}: unavailable: {}", all.labels[variant], work.back().reason));
    else
      for (const auto& [kernel, macs] : work.back().value->macs) kernels.insert(kernel);
  }
  for (const std::string& kernel : kernels) add_kernel(table, arms, all, same_work, work, kernel);
  if (kernels.empty() && table.unavailable.empty())
    table.unavailable.push_back("unavailable: the program counts no kernel's multiply-accumulates");
  if (!table.rows.empty()) add_notes(table, all);
  return table;
}

}  // namespace winnow::reports
