#include "reports/comparison/legend.h"

#include <algorithm>

#include "reports/comparison/report.h"

namespace winnow::reports {

namespace {

using TableList = std::vector<const Table*>;

TableList tested_tables(const Report& report) {
  return {&report.performance, &report.metrics, &report.servers};
}

TableList all_tables(const Report& report) {
  TableList all{&report.memory, &report.ledger_table};
  for (const TableList& tables :
       {tested_tables(report), hotspot_tables(report), thread_tables(report)})
    all.insert(all.end(), tables.begin(), tables.end());
  return all;
}

template <class Has>
bool any_row(const TableList& tables, const Has& has) {
  return std::ranges::any_of(
      tables, [&](const Table* table) { return std::ranges::any_of(table->rows, has); });
}

bool has_open(const Row& row) {
  return std::ranges::any_of(row.evidence, [](Evidence evidence) {
    return evidence == Evidence::kNoise || evidence == Evidence::kUnproven;
  });
}

bool has_estimate(const Row& row) { return std::ranges::any_of(row.figures, &Figure::estimate); }

bool has_limit(const Row& row) {
  return std::ranges::any_of(row.figures, [](const Figure& figure) { return figure.below > 0.0; });
}

LegendEntry open_differences(const Report& report) {
  LegendEntry entry{"~ before a difference", "it is not proven.", {}};
  if (any_row(tested_tables(report), has_open)) {
    entry.meaning += " Times and other tested figures: not at 99%.";
    entry.see.push_back(report.performance.heading);
  }
  if (any_row(hotspot_tables(report), has_open)) {
    entry.meaning +=
        " Sampled figures: it is within the sampling error, which is the random error (95%) plus "
        "what was not sampled of the variant with the smaller figure.";
    entry.see.push_back(report.cpu_total.heading);
  }
  if (any_row({&report.ledger_table}, has_open)) {
    entry.meaning +=
        " Ledger: it is within its error at 95% (samples, and blocks of the time pass), or its "
        "error is not known.";
    entry.see.push_back(report.ledger_table.heading);
  }
  return entry;
}

bool has_interval(const Pairs& pairs) { return pairs.low.has_value(); }

}  // namespace

std::vector<LegendEntry> legend_of(const Report& report) {
  const TableList all = all_tables(report);
  const std::string &summary = report.performance.heading, &total = report.cpu_total.heading;
  std::vector<LegendEntry> legend;
  if (any_row(all, has_open)) legend.push_back(open_differences(report));
  if (any_row(all, has_estimate))
    legend.push_back(
        {"~ before a figure", "an estimate: computed from other figures, not measured.", {}});
  if (std::ranges::any_of(report.pairs, has_interval) || has_interval(report.noise.wall))
    legend.push_back({"99% CI",
                      "the interval in which the true value lies, in 99 of 100 such runs. Of a "
                      "ratio that holds 1, either variant may be the faster one.",
                      {summary}});
  if (report.noise.wall.count() > 0)
    legend.push_back({"A/A arm",
                      "a second copy of the baseline, measured like a candidate. What the two "
                      "copies differ in is noise.",
                      {}});
  if (any_row(all, has_limit))
    legend.push_back({"< (0 samples)",
                      "no sample met the function. Its time is below that, which is three samples.",
                      {total}});
  if (row_with(report.cpu_total, Role::kUnsampled))
    legend.push_back(
        {"unsampled", "CPU time that the kernel counted and no sample stands for.", {total}});
  return legend;
}

}  // namespace winnow::reports
