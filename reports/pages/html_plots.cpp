#include "reports/pages/html_plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/blocks/pairs.h"
#include "reports/figures/format.h"
#include "reports/plots/strips.h"
#include "reports/statistics/median.h"

namespace winnow::reports {

namespace {

std::vector<double> block_medians(const Timing& timing) {
  std::vector<double> medians;
  for (const auto& block : timing.blocks_s)
    if (!block.empty()) medians.push_back(median(block));
  return medians;
}

StripRow ratio_row(const std::string& name, size_t colour, const Pairs& pairs) {
  StripRow row{name, "", colour};
  row.text = pairs.count() == 0 ? "unavailable (no pairs of blocks)" : judged_ratio_words(pairs);
  row.middle = pairs.ratio;
  row.low = pairs.low;
  row.high = pairs.high;
  return row;
}

StripRow noise_row(const Report& report) {
  const Pairs& pairs = report.noise.wall;
  StripRow row = ratio_row("A/A arm against " + report.variants.front(), 0, pairs);
  if (pairs.count() > 0) row.text = ratio_words(pairs);
  return row;
}

}  // namespace

std::string speed_figure(const Report& report) {
  if (report.variants.empty()) return "";
  StripPlot plot;
  plot.id = "plot-speed";
  plot.title = "Speed against " + report.variants.front() + ".";
  plot.description =
      "Ratio of times over pairs of neighbouring blocks with its 99% interval; to "
      "the right of 1 is faster.";
  plot.axis = "times as fast as " + report.variants.front() + ", logarithmic";
  plot.logarithmic = true;
  plot.reference = 1;
  if (report.noise.wall_effect) {
    plot.band = 1 + *report.noise.wall_effect;
    plot.description += fmt::format(" Shaded: effects below {}, too small for this run to detect.",
                                    format_percent(*report.noise.wall_effect * 100));
  }
  for (size_t variant = 1; variant < report.pairs.size(); ++variant)
    plot.rows.push_back(ratio_row(report.variants[variant], variant, report.pairs[variant]));
  plot.rows.push_back(noise_row(report));
  return html_figure(plot);
}

std::string throughput_figure(const Report& report) {
  const std::string& counted = report.words.counted;
  if (counted.empty()) return "";
  double largest = 0;
  for (const Timing& timing : report.timings)
    largest = std::max(largest, timing.items_per_s.value_or(0));
  const CountScale scale = count_scale(largest);
  const std::string items = scale.words + counted;
  const auto scaled = [&](std::optional<double> value) {
    if (value) *value /= scale.divisor;
    return value && std::isfinite(*value) ? value : std::nullopt;
  };
  StripPlot plot;
  plot.id = "plot-throughput";
  plot.title = "Throughput (median).";
  plot.description = fmt::format(
      "{} a second: dots are blocks (one fresh process each) by their median {}, the large dot is "
      "the median over blocks with its 99% interval (order statistics).",
      title_case(counted), report.words.iteration);
  plot.axis = items + " a second";
  for (size_t variant = 0; variant < report.timings.size(); ++variant) {
    const Timing& timing = report.timings[variant];
    StripRow row{report.variants[variant], "unavailable", variant};
    row.middle = scaled(timing.items_per_s);
    if (row.middle) {
      row.low = scaled(timing.items_per_s_low);
      row.high = scaled(timing.items_per_s_high);
      row.text = format_throughput(*row.middle, items);
      row.text += row.low && row.high
                      ? fmt::format(", 99% CI {:.2f} to {:.2f}", *row.low, *row.high)
                      : ", too few blocks for an interval";
      for (const double value : timing.blocks_items_per_s)
        row.small.push_back(value / scale.divisor);
    }
    plot.rows.push_back(std::move(row));
  }
  return html_figure(plot);
}

std::string latency_figure(const Report& report) {
  StripPlot plot;
  plot.id = "plot-latency";
  const Words& words = report.words;
  plot.title = fmt::format("Time of {}.", words.an_iteration);
  plot.description =
      fmt::format("Small dots: every {}; large dots: the median of each block.", words.iteration);
  plot.axis = "seconds " + words.an_iteration;
  for (size_t variant = 0; variant < report.timings.size(); ++variant) {
    const Timing& timing = report.timings[variant];
    StripRow row{report.variants[variant], "unavailable", variant};
    if (timing.median_s) {
      row.text = fmt::format(
          "median {}, {}, {}", format_value(*timing.median_s, Unit::kIterationSeconds),
          count_of(timing.blocks, "block"), count_of(timing.iterations, words.iteration));
      for (const auto& block : timing.blocks_s)
        row.small.insert(row.small.end(), block.begin(), block.end());
      row.large = block_medians(timing);
    }
    plot.rows.push_back(std::move(row));
  }
  return html_figure(plot);
}

}  // namespace winnow::reports
