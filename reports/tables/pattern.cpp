#include "reports/tables/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures/format.h"
#include "reports/statistics/shape.h"

namespace winnow::reports {

namespace {

constexpr size_t kMostOutliers = 6;  // of a variant, told one by one

std::string joined_words(const std::vector<Accompanying>& all) {
  std::string text;
  for (const Accompanying& each : all) text += (text.empty() ? "" : "; ") + each.words;
  return text;
}

std::string why_words(const OutlierBlock& outlier) {
  std::vector<std::string> reasons;
  if (!outlier.disturbed.empty()) {
    reasons.push_back("disturbed: " + outlier.disturbed);
    if (outlier.others_disturbed > 0)
      reasons.back() += fmt::format(" (so were {} of the other {} blocks)",
                                    outlier.others_disturbed, outlier.others);
  }
  if (!outlier.differs.empty()) reasons.push_back(joined_words(outlier.differs));
  if (!outlier.explained())
    reasons.push_back(reasons.empty() ? "nothing recorded explains it"
                                      : "nothing else recorded explains it");
  return fmt::format("{}", fmt::join(reasons, "; "));
}

std::string outlier_words(const std::string& label, const OutlierBlock& outlier) {
  return fmt::format("{}: block {} is an outlier: {}, {} the median of {} (score {:.1f}): {}.",
                     label, outlier.block, iteration_seconds(outlier.seconds),
                     format_ratio(outlier.seconds / outlier.usual_s),
                     iteration_seconds(outlier.usual_s), std::min(outlier.score, 1e6),
                     why_words(outlier));
}

std::string modes_words(const std::string& label, const Modes& modes, bool outliers) {
  const auto mode = [](const Mode& of) {
    return fmt::format("at {}", iteration_seconds(of.median_s));
  };
  return fmt::format("{}: two modes{}: {:.0f}% of the blocks {}, {:.0f}% {}. {}.", label,
                     outliers ? " beside the outliers" : "", std::round(modes.fast.share * 100),
                     mode(modes.fast), 100 - std::round(modes.fast.share * 100), mode(modes.slow),
                     modes.separated_by.empty()
                         ? "Nothing recorded separates them"
                         : "With the slower one goes: " + joined_words(modes.separated_by));
}

void add_pattern(Table& table, const std::string& label, const Pattern& pattern) {
  const size_t told = std::min(pattern.outliers.size(), kMostOutliers);
  for (size_t i = 0; i < told; ++i)
    table.notes.push_back(outlier_words(label, pattern.outliers[i]));
  if (const size_t more = pattern.outliers.size() - told; more > 0)
    table.notes.push_back(fmt::format("{}: {} more outlier{}; the JSON report lists all.", label,
                                      more, more == 1 ? "" : "s"));
  if (pattern.modes) table.notes.push_back(modes_words(label, *pattern.modes, told > 0));
}

// What was looked at, for what goes with an outlier or a mode.
std::string looked_at(const Compared& compared) {
  std::vector<std::string> names;
  for (const Pattern& pattern : compared.patterns)
    for (const std::string& name : pattern.recorded)
      if (std::ranges::count(names, name) == 0) names.push_back(name);
  return fmt::format(
      "Looked at, for what goes with a time: whether the block was disturbed, its place in the "
      "run{}. The clock frequency is not recorded.",
      names.empty() ? "; nothing else is recorded of the blocks"
                    : fmt::format("; where every block has it, {}", fmt::join(names, ", ")));
}

}  // namespace

Table pattern_table(const Compared& compared) {
  Table table;
  if (std::ranges::all_of(compared.patterns, [](const Pattern& p) { return p.blocks == 0; }))
    return table;
  table.heading = "Outliers and Modes";
  table.first_column = "Variant";
  table.columns = compared.variants;
  std::vector<std::string> plain, few;
  for (size_t variant = 0; variant < compared.patterns.size(); ++variant) {
    const Pattern& pattern = compared.patterns[variant];
    const std::string& label = compared.variants[variant];
    const std::string counted =
        fmt::format("{} ({} block{})", label, pattern.blocks, pattern.blocks == 1 ? "" : "s");
    if (pattern.blocks == 0) continue;
    if (pattern.identical)
      table.notes.push_back(
          fmt::format("{}: identical: all {} blocks took the same time, to the last digit.", label,
                      pattern.blocks));
    else if (!pattern.judged())
      few.push_back(counted);
    else if (pattern.outliers.empty() && !pattern.modes)
      plain.push_back(counted);
    else
      add_pattern(table, label, pattern);
  }
  const bool found = std::ranges::any_of(compared.patterns, [](const Pattern& pattern) {
    return !pattern.outliers.empty() || pattern.modes;
  });
  if (!plain.empty())
    table.notes.push_back(fmt::format("No outlier and no two modes: {}.", fmt::join(plain, ", ")));
  if (!few.empty())
    table.unavailable.push_back(fmt::format("{}: unavailable: too few blocks, it takes {}",
                                            fmt::join(few, ", "), kFewestForShape));
  if (found) table.notes.push_back(looked_at(compared));
  if (found || !plain.empty())
    table.notes.push_back(
        "An outlier lies farther from the median than any block of 99 in 100 calm runs does. Two "
        "modes are two groups, each of a fifth of the blocks or more, that lie farther apart than "
        "in 99 of 100 runs with one mode. Less than 1% apart is neither.");
  return table;
}

}  // namespace winnow::reports
