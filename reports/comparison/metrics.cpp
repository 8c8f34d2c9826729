#include "reports/comparison/metrics.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/comparison/performance.h"
#include "reports/figures/format.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

namespace {

std::string figure_words(double value) { return format_value(value, Unit::kFigure); }

Row metric_row(const Compared& compared, const ComparedMetric& metric) {
  Row row = judged_row(fmt::format("{} ({} is better)", metric.about.name,
                                   metric.about.higher_is_better ? "higher" : "lower"),
                       Unit::kFigure, metric.pairs);
  row.role = metric.about.decides ? Role::kTotal : Role::kItem;
  row.items = metric.about.name;
  for (const MetricSpread& spread : metric.spreads)
    row.figures.push_back(spread.median ? measured(*spread.median) : Figure{});
  if (compared.same_work.holds()) add_ratios(row, metric.pairs);
  return row;
}

std::string spread_note(const Compared& compared, const ComparedMetric& metric, size_t variant) {
  const MetricSpread& spread = metric.spreads[variant];
  std::string text = fmt::format("{}, {}: ", compared.variants[variant], metric.about.name);
  if (!spread.median) return text + "unavailable: no block of the time pass has it.";
  text += figure_words(*spread.median);
  text += spread.low ? fmt::format(", 99% CI {} to {}", figure_words(*spread.low),
                                   figure_words(*spread.high))
                     : ", too few blocks for an interval";
  return text + fmt::format("; mean {}; {}, {} in all.", figure_words(*spread.mean),
                            count_of(std::ssize(spread.blocks), "block"),
                            count_of(spread.iterations, compared.words.iteration));
}

std::string noise_note(const ComparedMetric& metric) {
  std::string text =
      fmt::format("{}: taken from the output by {}; ", metric.about.name, metric.about.pattern);
  if (metric.twin.count() == 0) return text + "the A/A arm has no figures.";
  text += fmt::format("A/A arm {}", ratio_words(metric.twin));
  if (!metric.effect) return text + "; smallest detectable effect unavailable: too few pairs.";
  text += "; smallest detectable effect " + format_percent(*metric.effect * 100);
  if (metric.winner_effect)
    text += fmt::format(", of a winner {}", format_percent(*metric.winner_effect * 100));
  return text + ".";
}

}  // namespace

Table metric_table(const Compared& compared) {
  Table table;
  if (compared.compared_metrics.empty()) return table;
  table.heading = "Metrics";
  table.first_column = "Metric";
  table.columns = compared.variants;
  for (const ComparedMetric& metric : compared.compared_metrics) {
    table.rows.push_back(metric_row(compared, metric));
    for (size_t variant = 0; variant < compared.variants.size(); ++variant)
      table.notes.push_back(spread_note(compared, metric, variant));
    table.notes.push_back(noise_note(metric));
  }
  table.notes.push_back(fmt::format(
      "What the programs write of themselves in the time pass. Figures are medians over "
      "blocks of the block's median {}; their intervals are by order statistics. Ratios "
      "are of what is better: above 1 the candidate is better than the baseline. They "
      "are tested over pairs of blocks, as wall time is.",
      compared.words.iteration));
  return table;
}

std::vector<std::string> metric_alarms(const Compared& compared) {
  std::vector<std::string> alarms;
  for (const ComparedMetric& metric : compared.compared_metrics)
    if (metric.twin.decided())
      alarms.push_back(fmt::format(
          "THE A/A ARM DIFFERS: {} and its A/A arm differ in {}: {} ({}). No difference up to "
          "that size counts.",
          compared.variants.front(), metric.about.name, ratio_words(metric.twin),
          count_of(metric.twin.count(), "pair")));
  return alarms;
}

}  // namespace winnow::reports
