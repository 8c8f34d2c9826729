#include "reports/timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <map>

#include "reports/format.h"
#include "reports/peaks.h"
#include "reports/recorded.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Recording;

namespace {

constexpr double kNanosecond = 1e-9;

// The block's median iteration; empty when it has none.
std::optional<double> block_median_s(const Block& block) {
  if (block.iteration_wall_ns.empty()) return std::nullopt;
  std::vector<double> seconds;
  for (int64_t wall_ns : block.iteration_wall_ns)
    seconds.push_back(static_cast<double>(wall_ns) * kNanosecond);
  const double middle = median(std::move(seconds));
  return middle > 0 ? std::optional(middle) : std::nullopt;
}

// The kernel's CPU time of the block's region; empty when it is not recorded.
std::optional<double> block_cpu_s(const Block& block) {
  if (!block.region || !block.region->user_ns || !block.region->system_ns) return std::nullopt;
  return (static_cast<double>(*block.region->user_ns) +
          static_cast<double>(*block.region->system_ns)) *
         kNanosecond;
}

std::optional<double> block_iteration_cpu_s(const Block& block) {
  const auto cpu_s = block_cpu_s(block);
  if (!cpu_s || !block_median_s(block)) return std::nullopt;
  return *cpu_s / static_cast<double>(block.iteration_wall_ns.size());
}

using BlockFigure = std::optional<double> (*)(const Block&);

std::map<int, double> by_index(const Recording& recording, const std::string& variant,
                               BlockFigure figure) {
  std::map<int, double> figures;
  for (const Block* block : good_blocks(recording, variant, "time"))
    if (const auto value = figure(*block)) figures[block->index] = *value;
  return figures;
}

Pairs sign_tested(const std::map<int, double>& before, const std::map<int, double>& after,
                  int comparisons) {
  Pairs pairs;
  for (const auto& [index, value] : after) {
    const auto match = before.find(index);
    if (match == before.end()) continue;
    ++(value < match->second ? pairs.faster : value > match->second ? pairs.slower : pairs.ties);
  }
  pairs.p = sign_test(pairs.faster, pairs.slower);
  const double level = kLevel / std::max(comparisons, 1);
  while (sign_test(pairs.needed, 0) >= level) ++pairs.needed;
  if (pairs.count() < pairs.needed)
    pairs.evidence = Evidence::kUnproven;
  else
    pairs.evidence = pairs.p < level ? Evidence::kProven : Evidence::kNoise;
  return pairs;
}

// What a reader sees in the cells must point where most pairs point.
void require_agreement(Pairs& pairs, const std::optional<double>& before,
                       const std::optional<double>& after) {
  if (pairs.evidence != Evidence::kProven) return;
  const bool less = pairs.faster > pairs.slower;
  if (before && after && (less ? *after < *before : *after > *before)) return;
  pairs.conflict = true;
  pairs.evidence = Evidence::kNoise;
}

Row row_of(const std::string& name, Unit unit, const std::vector<Pairs>& tests) {
  Row row;
  row.name = name;
  row.unit = unit;
  for (const Pairs& pairs : tests) {
    row.evidence.push_back(pairs.evidence);
    std::string remark = format_p(pairs.p);
    if (pairs.evidence == Evidence::kUnproven)
      remark = fmt::format("unproven, {} pairs", pairs.count());
    else if (pairs.conflict)
      remark += ", but mean, median and pairs do not point the same way";
    row.remarks.push_back(remark);
  }
  return row;
}

Row time_row(const Report& report, const std::string& name, Unit unit, DeltaWords words) {
  Row row = row_of(name, unit, report.pairs);
  row.role = Role::kTotal;
  row.words = words;
  return row;
}

std::string spread(const Report& report, size_t variant) {
  const Timing& timing = report.timings[variant];
  std::string text = fmt::format(
      "{}: {} blocks, {} iterations in all; block medians ranged {} to {}",
      report.variants[variant], timing.blocks, format_count(static_cast<double>(timing.iterations)),
      format_value(timing.lowest_s, Unit::kIterationSeconds),
      format_value(timing.highest_s, Unit::kIterationSeconds));
  const Pairs& pairs = report.pairs[variant];
  if (variant > 0 && pairs.count() > 0)
    text += fmt::format("; faster in {} of {} pairs; sign test {}", pairs.faster, pairs.count(),
                        format_p(pairs.p));
  return text + ".";
}

bool equal_iterations(const Report& report) {
  for (const Timing& timing : report.timings)
    if (timing.iterations != report.timings.front().iterations) return false;
  return true;
}

std::string units_note(const Recording& recording, const Report& report) {
  std::string iterations = "all measured iterations";
  if (equal_iterations(report))
    iterations += fmt::format(", {} of each variant",
                              format_count(static_cast<double>(report.timings.front().iterations)));
  return fmt::format(
      "Wall seconds of the time pass, which runs without a profiler. Total Duration is the sum of "
      "{}; Avg Time/Iteration is their mean, an iteration being {} texts, and Avg Time/Text and "
      "Throughput follow from it. Median Time/Iteration is the median over blocks (one fresh "
      "process each) of the block's median; the sign test compares these. Percentages come from "
      "unrounded figures. CPU time is the kernel's; its row and Cores Busy are medians over "
      "blocks.",
      iterations, count_or_unknown(recording.workload.texts_per_iteration));
}

}  // namespace

Timing timing_of(const Recording& recording, const std::string& variant) {
  Timing timing;
  std::vector<double> medians, cpu, cores;
  for (const Block* block : good_blocks(recording, variant, "time")) {
    const auto middle = block_median_s(*block);
    if (!middle) continue;
    medians.push_back(*middle);
    timing.iterations += static_cast<int64_t>(block->iteration_wall_ns.size());
    for (int64_t wall_ns : block->iteration_wall_ns)
      timing.total_s += static_cast<double>(wall_ns) * kNanosecond;
    const auto cpu_s = block_cpu_s(*block);
    if (!cpu_s) continue;
    cpu.push_back(*block_iteration_cpu_s(*block));
    if (block->region->wall_ns > 0)
      cores.push_back(*cpu_s / (static_cast<double>(block->region->wall_ns) * kNanosecond));
  }
  timing.blocks = static_cast<int>(medians.size());
  if (medians.empty()) return timing;
  timing.lowest_s = *std::ranges::min_element(medians);
  timing.highest_s = *std::ranges::max_element(medians);
  timing.iteration_s = timing.total_s / static_cast<double>(timing.iterations);
  timing.median_s = median(std::move(medians));
  if (!cpu.empty()) timing.cpu_s = median(std::move(cpu));
  if (!cores.empty()) timing.cores_busy = median(std::move(cores));
  return timing;
}

double sign_test(int wins, int losses) {
  if (wins + losses == 0) return 1;
  const boost::math::binomial_distribution<double> coin(wins + losses, 0.5);
  return std::min(1.0, 2 * boost::math::cdf(coin, std::min(wins, losses)));
}

Pairs compare_pairs(const Recording& recording, const std::string& first, const std::string& second,
                    int comparisons) {
  Pairs pairs = sign_tested(by_index(recording, first, block_median_s),
                            by_index(recording, second, block_median_s), comparisons);
  const Timing before = timing_of(recording, first), after = timing_of(recording, second);
  require_agreement(pairs, before.median_s, after.median_s);
  require_agreement(pairs, before.iteration_s, after.iteration_s);
  return pairs;
}

Pairs compare_cpu_pairs(const Recording& recording, const std::string& first,
                        const std::string& second, int comparisons) {
  Pairs pairs = sign_tested(by_index(recording, first, block_iteration_cpu_s),
                            by_index(recording, second, block_iteration_cpu_s), comparisons);
  require_agreement(pairs, timing_of(recording, first).cpu_s, timing_of(recording, second).cpu_s);
  return pairs;
}

Table performance_table(const Recording& recording, const Report& report) {
  Table table;
  table.heading = "Performance Summary";
  table.first_column = "Metric";
  table.delta_heading = "Improvement";
  for (size_t variant = 0; variant < report.variants.size(); ++variant) {
    table.columns.push_back((variant == 0 ? "Baseline (" : "Candidate (") +
                            report.variants[variant] + ")");
    if (report.timings[variant].iteration_s)
      table.notes.push_back(spread(report, variant));
    else
      table.unavailable.push_back(unavailable(recording, variant, "time"));
  }
  if (table.unavailable.size() == report.variants.size()) return table;

  Row total = time_row(report, "Total Duration", Unit::kSeconds, DeltaWords::kFaster);
  Row iteration =
      time_row(report, "Avg Time/Iteration", Unit::kIterationSeconds, DeltaWords::kFaster);
  Row text = time_row(report, "Avg Time/Text", Unit::kMilliseconds, DeltaWords::kFaster);
  Row throughput = time_row(report, "Throughput", Unit::kThroughput, DeltaWords::kIncrease);
  Row middle =
      time_row(report, "Median Time/Iteration", Unit::kIterationSeconds, DeltaWords::kFaster);
  Row cpu = row_of(kCpuRow, Unit::kIterationSeconds, report.cpu_pairs);
  Row cores;
  cores.name = "Cores Busy";
  cores.unit = Unit::kCores;
  if (!report.same_work.holds()) cores.evidence.assign(report.variants.size(), Evidence::kVoid);
  const double texts = recording.workload.texts_per_iteration;
  for (const Timing& timing : report.timings) {
    const bool timed = timing.iteration_s.has_value();
    const double seconds = timing.iteration_s.value_or(0);
    const auto when = [](bool known, double value) { return known ? measured(value) : Figure{}; };
    total.figures.push_back(when(timed, timing.total_s));
    iteration.figures.push_back(when(timed, seconds));
    text.figures.push_back(when(timed && texts > 0, seconds / texts * 1000));
    throughput.figures.push_back(when(timed && texts > 0, texts / seconds));
    middle.figures.push_back(when(timed, timing.median_s.value_or(0)));
    cpu.figures.push_back(when(timing.cpu_s.has_value(), timing.cpu_s.value_or(0)));
    cores.figures.push_back(when(timing.cores_busy.has_value(), timing.cores_busy.value_or(0)));
  }
  if (equal_iterations(report))
    table.rows.push_back(std::move(total));
  else
    table.notes.push_back(
        "Total Duration is left out: the variants ran different numbers of "
        "iterations; all figures are per iteration.");
  for (Row* row : {&iteration, &text, &throughput, &middle, &cpu, &cores})
    table.rows.push_back(std::move(*row));
  add_peak_share(table, recording, report);
  if (texts <= 0)
    table.notes.push_back("Per text: unavailable: the texts of an iteration are not recorded.");
  if (std::ranges::none_of(report.timings, [](const Timing& t) { return t.cpu_s.has_value(); }))
    table.notes.push_back("CPU time: unavailable: the kernel's accounting is not recorded.");
  table.notes.push_back(units_note(recording, report));
  return table;
}

}  // namespace winnow::reports
