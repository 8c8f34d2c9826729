#include "reports/comparison/performance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures/format.h"
#include "reports/recorded/kernel_work.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

namespace {

constexpr const char* kPeakShareRow = "Share of the int8 peak";
constexpr double kGiga = 1e9;

std::string remark(const Pairs& pairs) {
  if (pairs.evidence == Evidence::kUnproven)
    return fmt::format("unproven, {} {}", pairs.count(), pairs.unpaired() ? "blocks" : "pairs");
  std::string words = format_p(pairs.adjusted_p);
  if (pairs.conflict) words += ", but mean, median and pairs do not point the same way";
  if (pairs.within_bias) words += ", but no more than the A/A arm differs";
  return words;
}

bool equal_iterations(const std::vector<Timing>& timings) {
  return std::ranges::all_of(timings, [&](const Timing& timing) {
    return timing.iterations == timings.front().iterations;
  });
}

// Seconds and rates of an iteration, judged by the pairs of wall time.
struct TimeRow {
  std::string name;
  Unit unit;
  DeltaWords words;
  std::optional<double> (*value)(const Timing& timing, double items);
};

const TimeRow kTotalDuration{
    "Total Duration", Unit::kSeconds, DeltaWords::kFaster, [](const Timing& timing, double) {
      return timing.iteration_s ? std::optional(timing.total_s) : std::nullopt;
    }};

// The last one is what the pairs compare.
std::vector<TimeRow> time_rows(const Words& words) {
  const std::string iteration = "Time/" + title_case(words.iteration);
  std::vector<TimeRow> rows{{"Avg " + iteration, Unit::kIterationSeconds, DeltaWords::kFaster,
                             [](const Timing& timing, double) { return timing.iteration_s; }}};
  if (!words.item.empty()) {
    rows.push_back({"Avg Time/" + title_case(words.item), Unit::kMilliseconds, DeltaWords::kFaster,
                    [](const Timing& timing, double items) {
                      return timing.iteration_s && items > 0
                                 ? std::optional(*timing.iteration_s / items * 1000)
                                 : std::nullopt;
                    }});
    rows.push_back({"Throughput", Unit::kThroughput, DeltaWords::kIncrease,
                    [](const Timing& timing, double items) {
                      return timing.iteration_s && items > 0
                                 ? std::optional(items / *timing.iteration_s)
                                 : std::nullopt;
                    }});
  }
  rows.push_back({"Median " + iteration, Unit::kIterationSeconds, DeltaWords::kFaster,
                  [](const Timing& timing, double) { return timing.median_s; }});
  return rows;
}

Figure figure_of(const std::optional<double>& value) { return value ? measured(*value) : Figure{}; }

Row time_row(const Compared& compared, const TimeRow& about) {
  Row row = judged_row(about.name, about.unit, compared.pairs);
  row.role = Role::kTotal;
  row.words = about.words;
  row.items = compared.words.items;
  for (const Timing& timing : compared.timings)
    row.figures.push_back(figure_of(about.value(timing, compared.words.shares)));
  return row;
}

void add_time_rows(Table& table, const Compared& compared) {
  if (equal_iterations(compared.timings))
    table.rows.push_back(time_row(compared, kTotalDuration));
  else
    table.notes.push_back(
        fmt::format("Total Duration is left out: the variants ran different numbers of {}; all "
                    "figures are per {}.",
                    compared.words.iterations, compared.words.iteration));
  for (const TimeRow& about : time_rows(compared.words))
    table.rows.push_back(time_row(compared, about));
  add_ratios(table.rows.back(), compared.pairs);
}

constexpr double kNanosecondsBelow_s = 1e-6;

// Time per unit of the work that the user tells, and units a second.
void add_work_rows(Table& table, const Measured& arms, const Compared& compared) {
  const auto& work = arms.recording().workload.work;
  if (!work || !compared.words.item.empty()) return;
  double largest = 0;
  for (const Timing& timing : compared.timings)
    largest = std::max(largest, timing.items_per_s.value_or(0));
  if (largest <= 0) return;
  const bool tiny = 1 / largest < kNanosecondsBelow_s;
  const double of_second = tiny ? 1e9 : 1;
  const CountScale scale = count_scale(largest);
  Row time = judged_row(fmt::format("Time/Unit ({})", work->unit),
                        tiny ? Unit::kNanoseconds : Unit::kIterationSeconds, compared.pairs);
  Row rate = judged_row("Throughput (median)", Unit::kThroughput, compared.pairs);
  time.role = rate.role = Role::kTotal;
  add_ratios(time, compared.pairs);
  add_ratios(rate, compared.pairs);
  rate.items = scale.words + work->unit;
  for (size_t variant = 0; variant < compared.timings.size(); ++variant) {
    const Timing& timing = compared.timings[variant];
    if (!timing.items_per_s) {
      time.figures.emplace_back();
      rate.figures.emplace_back();
      continue;
    }
    time.figures.push_back(measured(of_second / *timing.items_per_s));
    rate.figures.push_back(measured(*timing.items_per_s / scale.divisor));
    const auto rate_words = [&](double value) {
      return format_throughput(value / scale.divisor, rate.items);
    };
    const auto time_words = [&](double value) {
      return format_value(of_second / value, time.unit);
    };
    std::string text =
        fmt::format("{}: {} a unit", compared.variants[variant], time_words(*timing.items_per_s));
    if (timing.items_per_s_low)
      text += fmt::format(", 99% CI {} to {}; {}, 99% CI {} to {}",
                          time_words(*timing.items_per_s_high), time_words(*timing.items_per_s_low),
                          rate_words(*timing.items_per_s), rate_words(*timing.items_per_s_low),
                          rate_words(*timing.items_per_s_high));
    else
      text += fmt::format("; {}; too few blocks for intervals", rate_words(*timing.items_per_s));
    table.notes.push_back(text + ".");
  }
  table.rows.push_back(std::move(time));
  table.rows.push_back(std::move(rate));
  table.notes.push_back(fmt::format(
      "Time/Unit and Throughput (median): by {} {} that {} gets done, as the user told it; median "
      "over blocks of the block's median, with its interval by order statistics.",
      format_count(work->amount, work->amount == std::floor(work->amount) ? 0 : 3), work->unit,
      compared.words.an_iteration));
}

Row cpu_row(const Compared& compared) {
  Row row = judged_row(cpu_row_name(compared.words), Unit::kIterationSeconds, compared.cpu_pairs);
  add_ratios(row, compared.cpu_pairs);
  for (const Timing& timing : compared.timings) row.figures.push_back(figure_of(timing.cpu_s));
  return row;
}

Row cores_row(const Compared& compared) {
  Row row;
  row.name = "Cores Busy";
  row.unit = Unit::kCores;
  row.words = DeltaWords::kDifference;
  if (!compared.same_work.holds()) row.evidence.assign(compared.variants.size(), Evidence::kVoid);
  for (const Timing& timing : compared.timings) row.figures.push_back(figure_of(timing.cores_busy));
  return row;
}

std::string test_words(const Pairs& pairs) {
  if (pairs.identical) return "against the baseline " + ratio_words(pairs);
  if (pairs.unpaired())
    return fmt::format("{}: {} (Mann-Whitney, {})", blocks_words(pairs), ratio_words(pairs),
                       format_p(pairs.p));
  std::string text = fmt::format(
      "{} of {} {} faster: {} (signed ranks, {}", pairs.faster, count_of(pairs.count(), "pair"),
      pairs.count() == 1 ? "was" : "were", ratio_words(pairs), format_p(pairs.p));
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

std::string spread(const Compared& compared, size_t variant) {
  const Timing& timing = compared.timings[variant];
  std::string text = fmt::format("{}: {}, {} in all; block medians ranged {} to {}",
                                 compared.variants[variant], count_of(timing.blocks, "block"),
                                 count_of(timing.iterations, compared.words.iteration),
                                 format_value(timing.lowest_s, Unit::kIterationSeconds),
                                 format_value(timing.highest_s, Unit::kIterationSeconds));
  const Pairs& pairs = compared.pairs[variant];
  if (pairs.count() > 0 && pairs.evidence != Evidence::kVoid) text += "; " + test_words(pairs);
  return text + ".";
}

std::string units_note(const Measured& arms, const Compared& compared) {
  const Words& words = compared.words;
  const std::string iteration = title_case(words.iteration);
  std::string iterations = "all measured " + words.iterations;
  if (equal_iterations(compared.timings))
    iterations +=
        fmt::format(", {} of each variant",
                    format_count(static_cast<double>(compared.timings.front().iterations)));
  const int count = arms.recording().workload.items_per_iteration;
  const std::string items =
      words.item.empty()
          ? ""
          : fmt::format(", {} being {}; Avg Time/{} and Throughput are of that mean",
                        words.an_iteration, words.items_words(count), title_case(words.item));
  return fmt::format(
      "Wall seconds of the time pass, which runs without a profiler. Total Duration is the sum of "
      "{0}; Avg Time/{1} is their mean{2}. Median Time/{1} is the median over blocks (one fresh "
      "process each) of the block's median. The size of a difference is the ratio of these, time "
      "of the baseline / time of the candidate, over pairs of blocks with the same index: "
      "Hodges-Lehmann estimate and "
      "interval by Wilcoxon's signed ranks, p by Holm over the variants, of wall and of CPU time "
      "apart. "
      "Differences and percentages come from unrounded figures. CPU time is the kernel's; its row "
      "and Cores Busy are medians over blocks.",
      iterations, iteration, items);
}

// Percent of the all-core peak that the median iteration reaches.
Known<double> peak_share(const Measured& arms, const Compared& compared, size_t variant) {
  const auto& median_s = compared.timings[variant].median_s;
  if (!median_s) return {{}, arms[variant].reason(Pass::time)};
  const auto work = kernel_macs_of(arms[variant], Pass::time);
  if (!work.value) return {{}, work.reason};
  double macs = 0;
  for (const auto& [kernel, count] : work.value->macs) macs += count;
  if (macs <= 0) return {{}, "no multiply-accumulates were counted"};
  const auto peak = peak_of(arms.recording().roofline, work.value->isa);
  if (!peak.value) return {{}, peak.reason};
  const double gmacs = macs / static_cast<double>(work.value->iterations) / kGiga;
  return {100 * gmacs / *median_s / peak.value->all_cores_gmacs, ""};
}

// Multiply-accumulates an iteration by median iteration by the peak of all cores: the row, and what
// it leaves out.
void add_peak_share(Table& table, const Measured& arms, const Compared& compared) {
  Row row;
  row.name = kPeakShareRow;
  row.unit = Unit::kPercent;
  std::string above;
  for (size_t variant = 0; variant < arms.size(); ++variant) {
    const auto share = peak_share(arms, compared, variant);
    row.figures.push_back(share.value ? measured(*share.value) : Figure{});
    row.evidence.push_back(compared.pairs[variant].evidence);
    row.remarks.push_back("");
    const std::string& label = compared.variants[variant];
    if (!row.figures.back().value)
      table.notes.push_back(fmt::format("{}: {}: unavailable: {}.", kPeakShareRow, label,
                                        share.value ? "not a number" : share.reason));
    else if (*share.value > 100)
      above += (above.empty() ? "" : ", ") + label;
  }
  const bool any =
      std::ranges::any_of(row.figures, [](const Figure& f) { return f.value.has_value(); });
  table.rows.push_back(std::move(row));
  if (!any) return;
  table.notes.push_back(fmt::format(
      "{0}: multiply-accumulates of {1} that the program counts by kernel / Median Time/{2} / the "
      "peak of all {3} cores with the instruction set that was run; whatever else {1} does, and "
      "cores that the threads do not use, lower it.",
      kPeakShareRow, compared.words.an_iteration, title_case(compared.words.iteration),
      count_or_unknown(arms.recording().roofline->cores)));
  if (!above.empty())
    table.notes.push_back(fmt::format(
        "{}: above 100% for {}: the peak was measured too low (a busy machine) or the counts are "
        "too high.",
        kPeakShareRow, above));
}

// The table without rows: its columns, and the blocks behind each.
Table blocks_table(const Measured& arms, const Compared& compared) {
  Table table;
  table.heading = "Performance Summary";
  table.first_column = "Metric";
  table.delta_heading = fmt::format("Improvement (%: mean of all {})", compared.words.iterations);
  for (size_t variant = 0; variant < compared.variants.size(); ++variant) {
    table.columns.push_back((variant == 0 ? "Baseline (" : "Candidate (") +
                            compared.variants[variant] + ")");
    if (compared.timings[variant].iteration_s)
      table.notes.push_back(spread(compared, variant));
    else
      table.unavailable.push_back(arms[variant].unavailable(Pass::time));
  }
  return table;
}

}  // namespace

Row judged_row(const std::string& name, Unit unit, const std::vector<Pairs>& tests) {
  Row row;
  row.name = name;
  row.unit = unit;
  for (const Pairs& pairs : tests) {
    row.evidence.push_back(pairs.evidence);
    row.remarks.push_back(pairs.evidence == Evidence::kProven ? "" : remark(pairs));
  }
  return row;
}

void add_ratios(Row& row, const std::vector<Pairs>& tests) {
  for (const Pairs& pairs : tests) {
    const bool told = pairs.count() > 0 && !pairs.identical;
    row.ratios.push_back(told ? ratio_words(pairs) : "");
    if (pairs.identical) row.remarks[row.ratios.size() - 1].clear();
  }
}

std::string cpu_row_name(const Words& words) { return "CPU Time/" + title_case(words.iteration); }

Table performance_table(const Measured& arms, const Compared& compared) {
  Table table = blocks_table(arms, compared);
  if (table.unavailable.size() == compared.variants.size()) return table;
  const Words& words = compared.words;
  add_time_rows(table, compared);
  add_work_rows(table, arms, compared);
  table.rows.push_back(cpu_row(compared));
  table.rows.push_back(cores_row(compared));
  if (words.kernels) add_peak_share(table, arms, compared);
  if (words.shares <= 0)
    table.notes.push_back(fmt::format("Per {}: unavailable: the {} of {} are not recorded.",
                                      words.item, words.items, words.an_iteration));
  if (std::ranges::none_of(compared.timings, [](const Timing& t) { return t.cpu_s.has_value(); }))
    table.notes.push_back("CPU time: unavailable: the kernel's accounting is not recorded.");
  table.notes.push_back(units_note(arms, compared));
  return table;
}

}  // namespace winnow::reports
