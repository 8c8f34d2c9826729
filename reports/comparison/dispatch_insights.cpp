#include "reports/comparison/dispatch_insights.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/figures/format.h"
#include "reports/tables/dispatch.h"

namespace winnow::reports {

namespace {

std::string iteration_text(double seconds) {
  return format_value(seconds, Unit::kIterationSeconds);
}

// Wall seconds of an iteration that the cores spend on no work: the scheduler, waiting, idling.
double overhead_s(const Ledger& ledger, size_t variant) {
  double core_s = 0;
  for (const LedgerLine& line : ledger.lines)
    if (line.kind == LedgerKind::kScheduler || line.kind == LedgerKind::kWaiting ||
        line.kind == LedgerKind::kIdle)
      core_s += line.amounts[variant].core_s;
  const LedgerColumn& column = ledger.columns[variant];
  return std::max(0.0, core_s - column.excess_s) / column.cores;
}

std::string held_against(double loops_s, double overhead_s) {
  const double share = loops_s / overhead_s;
  std::string text =
      fmt::format("its empty loops explain ~{} of that", format_percent(share * 100));
  if (share > 1) return text + ": more than all, for beside work a part of it does not show";
  if (share < 0.5)
    text +=
        "; the rest is what an empty loop does not show: waiting for the slowest body, threads "
        "without a core";
  return text;
}

}  // namespace

std::vector<std::string> dispatch_insights(const Ledger& ledger, const Table& table,
                                           const Words& words) {
  const Row* sum = row_named(table, all_loops(words));
  std::vector<std::string> sentences;
  if (!sum) return sentences;
  for (size_t variant = 0; variant < sum->figures.size(); ++variant) {
    const auto& loops_s = sum->figures[variant].value;
    if (!loops_s || variant >= ledger.columns.size()) continue;
    const LedgerColumn& column = ledger.columns[variant];
    if (!column.known()) {
      sentences.push_back(
          fmt::format("{}: what its loops cost cannot be held against the measured overhead: the "
                      "ledger is unavailable ({}).",
                      table.columns[variant], column.unavailable));
      continue;
    }
    const double measured_s = overhead_s(ledger, variant);
    if (!(measured_s > 0)) continue;
    sentences.push_back(fmt::format(
        "{}: by the ledger the cores spend {} of {}'s wall time on scheduling, waiting and idling; "
        "{}.",
        table.columns[variant], iteration_text(measured_s), words.an_iteration,
        held_against(*loops_s, measured_s)));
  }
  return sentences;
}

}  // namespace winnow::reports
