#include "reports/comparison/contention.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

#include "reports/figures/format.h"
#include "reports/recorded/kernel_work.h"
#include "reports/recorded/sampled.h"

namespace winnow::reports {

using profiles::SampledProfile;

namespace {

constexpr double kZ99 = 2.576;

// One kernel in one variant: seconds by multiply-accumulate, and the samples that they stand for.
struct Cost {
  double per_mac = 0, samples = 0;
  double unsampled_per_mac = 0;
};

// The cpu pass of one variant: its samples, and the multiply-accumulates done meanwhile.
struct Work {
  const SampledProfile* profile = nullptr;
  Known<KernelMacs> macs;
};

std::vector<Work> work_of(const Measured& arms) {
  std::vector<Work> all;
  for (const MeasuredArm& variant : arms.variants())
    all.push_back({variant.cpu() ? &*variant.cpu() : nullptr, kernel_macs_of(variant, Pass::cpu)});
  return all;
}

std::optional<Cost> cost_of(const Work& work, const std::string& kernel) {
  const auto& [profile, known] = work;
  if (!profile || !known.value || known.value->iterations != profile->iterations)
    return std::nullopt;
  const auto macs = known.value->macs.find(kernel);
  if (macs == known.value->macs.end() || macs->second <= 0) return std::nullopt;
  Sampled sum;
  for (const auto& function : profile->functions)
    if (is_part_of(function.name, kernel)) sum.add(function.flat_s, function.flat_samples);
  if (sum.seconds.value_or(0) <= 0 || sum.samples.value_or(0) <= 0) return std::nullopt;
  return Cost{*sum.seconds / macs->second, *sum.samples, unsampled_s(*profile) / macs->second};
}

// Counts of samples scatter like Poisson's: the logarithm of their ratio by sqrt(1/n + 1/m).
ContentionRow compare(const Cost& reference, const Cost& cost) {
  ContentionRow row;
  const double error = std::sqrt(1 / reference.samples + 1 / cost.samples);
  const double least = cost.per_mac / (reference.per_mac + reference.unsampled_per_mac);
  const double most = (cost.per_mac + cost.unsampled_per_mac) / reference.per_mac;
  const auto percent = [](double ratio) { return 100 * (ratio - 1); };
  row.excess_percent = percent(cost.per_mac / reference.per_mac);
  row.low_percent = percent(least * std::exp(-kZ99 * error));
  row.high_percent = percent(most * std::exp(kZ99 * error));
  const boost::math::normal_distribution<double> normal;
  row.p = boost::math::cdf(boost::math::complement(normal, std::log(least) / error));
  return row;
}

// Holm (1979): the smallest p against level / n, the next against level / (n - 1), ...
void mark_significant(std::vector<ContentionRow>& rows) {
  std::vector<size_t> order(rows.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t i) { return rows[i].p; });
  for (size_t i = 0; i < order.size(); ++i) {
    if (rows[order[i]].p > kContentionLevel / static_cast<double>(order.size() - i)) return;
    rows[order[i]].significant = true;
  }
}

size_t reference_of(const Measured& arms) {
  const auto found = std::ranges::find(arms.variants(), "serial", &MeasuredArm::name);
  const bool sampled = found != arms.variants().end() && found->cpu();
  return sampled ? static_cast<size_t>(found - arms.variants().begin()) : 0;
}

}  // namespace

std::vector<ContentionRow> contention_rows(const Measured& arms, const SameWork& same_work) {
  std::vector<ContentionRow> rows;
  if (!same_work.holds() || arms.size() == 0) return rows;
  const size_t reference = reference_of(arms);
  const std::vector<Work> work = work_of(arms);
  if (!work[reference].macs.value) return rows;
  for (const auto& [kernel, macs] : work[reference].macs.value->macs) {
    const auto base = cost_of(work[reference], kernel);
    for (size_t variant = 0; variant < arms.size(); ++variant) {
      if (variant == reference || !base) continue;
      const auto cost = cost_of(work[variant], kernel);
      if (!cost) continue;
      rows.push_back(compare(*base, *cost));
      rows.back().kernel = kernel;
      rows.back().variant = variant;
      rows.back().reference = reference;
    }
  }
  mark_significant(rows);
  return rows;
}

std::vector<std::string> contention_sentences(const Measured& arms, const SameWork& same_work) {
  std::vector<std::string> sentences;
  for (const ContentionRow& row : contention_rows(arms, same_work))
    if (row.significant)
      sentences.push_back(fmt::format(
          "{} costs {} more CPU time per multiply-accumulate in {} than in {} (99% interval {} to "
          "{}, what was not sampled included): contention, cold caches or clock frequency, not "
          "better use of the cores.",
          row.kernel, format_percent(row.excess_percent), arms[row.variant].label,
          arms[row.reference].label, format_percent(row.low_percent),
          format_percent(row.high_percent)));
  return sentences;
}

}  // namespace winnow::reports
