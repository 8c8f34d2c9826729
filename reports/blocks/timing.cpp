#include "reports/blocks/timing.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/blocks/pairs.h"
#include "reports/figures/format.h"
#include "reports/recorded/kernel_work.h"
#include "reports/recorded/questions.h"
#include "reports/statistics/paired_ratio.h"
#include "reports/statistics/significance.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Recording;

namespace {

constexpr double kSecondsPerNs = 1e-9;

double region_cpu_s(const Block& block) {
  return (static_cast<double>(*block.region->user_ns) +
          static_cast<double>(*block.region->system_ns)) *
         kSecondsPerNs;
}

std::string remark(const Pairs& pairs) {
  if (pairs.evidence == Evidence::kUnproven)
    return fmt::format("unproven, {} {}", pairs.count(), pairs.unpaired() ? "blocks" : "pairs");
  std::string words = format_p(pairs.adjusted_p);
  if (pairs.conflict) words += ", but mean, median and pairs do not point the same way";
  if (pairs.within_bias) words += ", but no more than the A/A arm differs";
  return words;
}

Row row_of(const std::string& name, Unit unit, const std::vector<Pairs>& tests) {
  Row row;
  row.name = name;
  row.unit = unit;
  for (const Pairs& pairs : tests) {
    row.evidence.push_back(pairs.evidence);
    row.remarks.push_back(pairs.evidence == Evidence::kProven ? "" : remark(pairs));
  }
  return row;
}

// The row that the test compares shows its ratio, too.
void add_ratios(Row& row, const std::vector<Pairs>& tests) {
  for (size_t variant = 1; variant < tests.size(); ++variant) {
    if (tests[variant].count() == 0) continue;
    std::string& words = row.remarks[variant];
    words = ratio_words(tests[variant]) + (words.empty() ? "" : ", ") + words;
  }
}

Row time_row(const Report& report, const std::string& name, Unit unit, DeltaWords words) {
  Row row = row_of(name, unit, report.pairs);
  row.role = Role::kTotal;
  row.words = words;
  return row;
}

std::string test_words(const Pairs& pairs) {
  if (pairs.unpaired())
    return fmt::format("{}: {} (Mann-Whitney, {})", blocks_words(pairs), ratio_words(pairs),
                       format_p(pairs.p));
  std::string text = fmt::format("faster in {} of {} pairs: {} (signed ranks, {}", pairs.faster,
                                 pairs.count(), ratio_words(pairs), format_p(pairs.p));
  if (pairs.comparisons > 1)
    text += fmt::format(", over {} comparisons {}", pairs.comparisons, format_p(pairs.adjusted_p));
  text += "); ";
  if (!pairs.sign_low) return text + "sign test " + format_p(pairs.sign_p);
  text += fmt::format("sign test {} to {} ({})", format_ratio(*pairs.sign_low),
                      format_ratio(*pairs.sign_high), format_p(pairs.sign_p));
  if (pairs.skewed())
    text += fmt::format(", which does {} a difference where signed ranks do{}: skewed differences",
                        pairs.decided() ? "not show" : "show", pairs.decided() ? "" : " not");
  return text;
}

std::string spread(const Report& report, size_t variant) {
  const Timing& timing = report.timings[variant];
  std::string text = fmt::format(
      "{}: {} blocks, {} iterations in all; block medians ranged {} to {}",
      report.variants[variant], timing.blocks, format_count(static_cast<double>(timing.iterations)),
      format_value(timing.lowest_s, Unit::kIterationSeconds),
      format_value(timing.highest_s, Unit::kIterationSeconds));
  const Pairs& pairs = report.pairs[variant];
  if (pairs.count() > 0 && pairs.evidence != Evidence::kVoid) text += "; " + test_words(pairs);
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
      "process each) of the block's median. Ratios are of these, time of the baseline / time of "
      "the candidate, over pairs of blocks with the same index: Hodges-Lehmann estimate and "
      "interval "
      "by Wilcoxon's signed ranks, p by Holm over the variants. A difference behind ~ is not "
      "proven at 99 %. Percentages come from unrounded figures. CPU time is the kernel's; its row "
      "and Cores Busy are medians over "
      "blocks.",
      iterations, count_or_unknown(recording.workload.texts_per_iteration));
}

std::vector<double> iterations_s(const Block& block) {
  std::vector<double> seconds;
  for (int64_t wall_ns : block.iteration_wall_ns)
    seconds.push_back(static_cast<double>(wall_ns) * kSecondsPerNs);
  return seconds;
}

void add_throughput(Timing& timing, const std::vector<double>& medians, double texts) {
  if (texts <= 0) return;
  for (double seconds : medians)
    if (seconds > 0) timing.blocks_texts_per_s.push_back(texts / seconds);
  if (timing.blocks_texts_per_s.empty()) return;
  const MedianInterval interval = median_interval(timing.blocks_texts_per_s, 1 - kLevel);
  timing.texts_per_s = interval.median;
  timing.texts_per_s_low = interval.low;
  timing.texts_per_s_high = interval.high;
}

}  // namespace

Timing timing_of(const Recording& recording, const std::string& variant) {
  Timing timing;
  std::vector<double> medians, cpu, cores;
  for (const Block* block : good_blocks(recording, variant, Pass::time)) {
    const auto middle = block_seconds(*block, Measure::kWall);
    if (!middle) continue;
    medians.push_back(*middle);
    timing.iterations += static_cast<int64_t>(block->iteration_wall_ns.size());
    timing.blocks_s.push_back(iterations_s(*block));
    for (double wall_s : timing.blocks_s.back()) timing.total_s += wall_s;
    const auto cpu_s = block_seconds(*block, Measure::kCpu);
    if (!cpu_s) continue;
    cpu.push_back(*cpu_s);
    if (block->region->wall_ns > 0)
      cores.push_back(region_cpu_s(*block) /
                      (static_cast<double>(block->region->wall_ns) * kSecondsPerNs));
  }
  timing.blocks = static_cast<int>(medians.size());
  if (medians.empty()) return timing;
  timing.lowest_s = *std::ranges::min_element(medians);
  timing.highest_s = *std::ranges::max_element(medians);
  timing.iteration_s = timing.total_s / static_cast<double>(timing.iterations);
  add_throughput(timing, medians, recording.workload.texts_per_iteration);
  timing.median_s = median(std::move(medians));
  if (!cpu.empty()) timing.cpu_s = median(std::move(cpu));
  if (!cores.empty()) timing.cores_busy = median(std::move(cores));
  return timing;
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
      table.unavailable.push_back(unavailable(recording, variant, Pass::time));
  }
  if (table.unavailable.size() == report.variants.size()) return table;

  Row total = time_row(report, "Total Duration", Unit::kSeconds, DeltaWords::kFaster);
  Row iteration =
      time_row(report, "Avg Time/Iteration", Unit::kIterationSeconds, DeltaWords::kFaster);
  Row text = time_row(report, "Avg Time/Text", Unit::kMilliseconds, DeltaWords::kFaster);
  Row throughput = time_row(report, "Throughput", Unit::kThroughput, DeltaWords::kIncrease);
  Row middle =
      time_row(report, "Median Time/Iteration", Unit::kIterationSeconds, DeltaWords::kFaster);
  add_ratios(middle, report.pairs);
  Row cpu = row_of(kCpuRow, Unit::kIterationSeconds, report.cpu_pairs);
  add_ratios(cpu, report.cpu_pairs);
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
