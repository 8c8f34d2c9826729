#include "reports/detail/listings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures/format.h"
#include "reports/recorded/words.h"
#include "reports/statistics/quantile_interval.h"

namespace winnow::reports {

using profiles::Function;

namespace {

constexpr size_t kFunctions = 30;
constexpr double kConfidence = 0.95;  // of percentiles

std::string interval(const Share& share) {
  return fmt::format("{} to {}", format_share(share.low), format_share(share.high));
}

std::string seconds(double value) { return format_value(value, Unit::kIterationSeconds); }

std::string percentile(const std::vector<std::vector<double>>& processes, size_t n, int percent,
                       const Words& words) {
  // Below that the largest value would stand for it.
  const size_t needed = percent == 50 ? 1 : 100 / (100 - static_cast<size_t>(percent));
  if (n < needed) return fmt::format("unavailable: takes {} {}", needed, words.iterations);
  const Quantile found = quantile_of(processes, percent / 100.0, kConfidence);
  if (found.interval)
    return fmt::format("{} ({} to {})", seconds(found.value), seconds(found.interval->low),
                       seconds(found.interval->high));
  return fmt::format("{} (no interval: takes {} independent {}, here {})", seconds(found.value),
                     values_for_interval(percent / 100.0, kConfidence), words.iterations,
                     static_cast<int>(found.independent));
}

}  // namespace

Share share_of(double part, double whole) {
  if (whole <= 0) return {};
  constexpr double kZ = 1.96;
  const double p = part / whole, z2 = kZ * kZ / whole;
  const double middle = (p + z2 / 2) / (1 + z2);
  const double half = kZ / (1 + z2) * std::sqrt(p * (1 - p) / whole + z2 / (4 * whole));
  return {p, std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

Listing functions_listing(const Measured& arms, const Report& report, size_t variant,
                          bool cumulative) {
  Listing listing;
  listing.heading = fmt::format("{}: Functions by {} CPU Time", report.variants[variant],
                                cumulative ? "Cumulative" : "Flat");
  listing.symbols = true;
  listing.columns = {"Function", "Category", "Samples", "CPU time", "Share", "95% interval"};
  const auto& cpu = arms[variant].cpu();
  if (!cpu || !cpu->samples) {
    listing.notes.push_back(cpu ? "unavailable: the samples were not counted"
                                : arms[variant].unavailable(Pass::cpu));
    return listing;
  }
  const auto samples = [&](const Function& function) {
    const auto& count = cumulative ? function.cumulative_samples : function.flat_samples;
    return count.value_or(0);
  };
  std::vector<const Function*> functions;
  for (const Function& function : cpu->functions)
    if (samples(function) > 0) functions.push_back(&function);
  std::ranges::stable_sort(functions, std::greater{},
                           [&](const Function* function) { return samples(*function); });
  for (size_t i = 0; i < std::min(functions.size(), kFunctions); ++i) {
    const Function& function = *functions[i];
    const auto count = static_cast<double>(samples(function));
    const Share share = share_of(count, static_cast<double>(*cpu->samples));
    listing.rows.push_back(
        {function.name, arms.words().category(function.category), format_count(count),
         format_value((cumulative ? function.cumulative_s : function.flat_s).value_or(0),
                      Unit::kSeconds),
         format_share(share.share), interval(share)});
  }
  listing.notes.push_back(fmt::format(
      "The {} largest of {} functions; shares of {} samples over {}, with the interval that "
      "counting at random gives.",
      listing.rows.size(), functions.size(), format_count(static_cast<double>(*cpu->samples)),
      count_of(cpu->iterations, arms.words().iteration)));
  return listing;
}

Listing latency_listing(const Measured& arms, const Report& report) {
  Listing listing;
  const Words& words = arms.words();
  const std::string iterations = title_case(words.iterations);
  listing.heading = fmt::format("Latency of {}", with_article(title_case(words.iteration)));
  listing.columns = {"Variant", iterations + " (n)", "Processes", "p50", "p90", "p99"};
  for (size_t variant = 0; variant < report.variants.size(); ++variant) {
    std::vector<std::vector<double>> processes;
    size_t n = 0;
    for (const auto* block : arms[variant].blocks(Pass::time)) {
      if (block->iteration_wall_ns.empty()) continue;
      auto& values = processes.emplace_back();
      for (int64_t wall_ns : block->iteration_wall_ns)
        values.push_back(static_cast<double>(wall_ns) * 1e-9);
      n += values.size();
    }
    if (processes.empty()) {
      listing.notes.push_back(arms[variant].unavailable(Pass::time));
      continue;
    }
    listing.rows.push_back(
        {report.variants[variant], format_count(static_cast<double>(n)),
         format_count(static_cast<double>(processes.size())), percentile(processes, n, 50, words),
         percentile(processes, n, 90, words), percentile(processes, n, 99, words)});
  }
  listing.notes.push_back(fmt::format(
      "All {} of the time pass together, by nearest rank. In brackets: the interval at {:.0f}%, "
      "by the ranks that the binomial distribution gives. {} of one process are alike: they count "
      "as the independent ones that the scatter between processes leaves.",
      words.iterations, kConfidence * 100, iterations));
  return listing;
}

}  // namespace winnow::reports
