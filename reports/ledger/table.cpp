#include "reports/ledger/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures/format.h"

namespace winnow::reports {

namespace {

// Against the first variant: may the two amounts be equal? Without a known error nothing is
// claimed.
Evidence evidence_of(const LedgerAmount& first, const LedgerAmount& second) {
  if (!first.error_s || !second.error_s) return Evidence::kNoise;
  const double error_s = std::hypot(*first.error_s, *second.error_s);
  return std::abs(first.core_s - second.core_s) > error_s ? Evidence::kNone : Evidence::kNoise;
}

Row row_of(const Ledger& ledger, const LedgerLine& line) {
  Row row;
  row.name = line.name;
  row.unit = Unit::kIterationSeconds;
  row.role = line.kind == LedgerKind::kUnexplained ? Role::kUnsampled : Role::kItem;
  for (size_t variant = 0; variant < ledger.columns.size(); ++variant) {
    const LedgerColumn& column = ledger.columns[variant];
    const LedgerAmount& amount = line.amounts[variant];
    Figure figure;
    if (column.known()) figure = measured(amount.core_s, column.capacity_s());
    // Where no sample fell into a line, that it took nothing is an estimate, too.
    const bool sampled = line.kind == LedgerKind::kWork || line.kind == LedgerKind::kScheduler;
    figure.estimate = line.estimate && column.known() && (sampled || amount.core_s > 0);
    row.figures.push_back(figure);
    row.evidence.push_back(variant == 0 ? Evidence::kNone : evidence_of(line.amounts[0], amount));
  }
  return row;
}

Row summary_row(const Ledger& ledger, const char* name, Role role,
                double (*value)(const LedgerColumn&)) {
  Row row;
  row.name = name;
  row.unit = Unit::kIterationSeconds;
  row.role = role;
  for (const LedgerColumn& column : ledger.columns)
    row.figures.push_back(column.known() ? measured(value(column), column.capacity_s()) : Figure{});
  return row;
}

std::string sources_note(const Ledger& ledger) {
  const std::string& scheduler = ledger.words.scheduler;
  const std::string known =
      ledger.accounts
          ? fmt::format(
                "CPU time, the {}'s lines and idle cores are the kernel's figures; the "
                "split of its work is",
                scheduler)
          : fmt::format(
                "CPU time and idle cores are the kernel's figures; the split of the CPU "
                "time, {} included, is",
                scheduler);
  return fmt::format(
      "~ before a figure: an estimate. The program's {} by the samples of the cpu pass, which "
      "stand for the unsampled time, too; other programs are what the cores' clock ticks counted "
      "beyond the program; waiting for a core is at most {}run-queue delay, taken from idle cores.",
      known, ledger.accounts ? "" : "the tree pass's ");
}

}  // namespace

Table ledger_table(const Ledger& ledger) {
  const Words& words = ledger.words;
  Table table;
  table.heading = "Ledger of Core-Seconds";
  table.first_column = "Core-seconds of " + words.an_iteration;
  for (const LedgerColumn& column : ledger.columns) {
    table.columns.push_back(column.label);
    if (!column.known())
      table.unavailable.push_back(
          fmt::format("{}: unavailable: {}", column.label, column.unavailable));
  }
  if (ledger.lines.empty()) return table;
  for (const LedgerLine& line : ledger.lines) table.rows.push_back(row_of(ledger, line));
  if (std::ranges::any_of(ledger.columns, [](const auto& column) { return column.excess_s > 0; }))
    table.rows.push_back(summary_row(ledger, kOverlapName, Role::kOverlap,
                                     [](const LedgerColumn& column) { return column.excess_s; }));
  table.rows.push_back(summary_row(ledger, "cores × wall", Role::kTotal,
                                   [](const LedgerColumn& column) { return column.capacity_s(); }));
  table.notes = {sources_note(ledger)};
  table.notes.insert(table.notes.end(), ledger.notes.begin(), ledger.notes.end());
  return table;
}

SavedCells saved_cells(const LedgerPart& part) {
  const std::string mark = part.proven() ? "" : "~ ";
  const double saved_s = std::abs(part.before_s - part.after_s);
  const double largest_s = std::max({saved_s, std::abs(part.wall_s), part.error_s.value_or(0)});
  return {mark + format_difference(part.after_s, part.before_s, Unit::kIterationSeconds, largest_s),
          mark + saved_wall(part.wall_s, largest_s),
          part.error_s ? "± " + format_value(*part.error_s, Unit::kIterationSeconds, largest_s)
                       : "unavailable"};
}

std::string saved_wall(double wall_s, double largest_s) {
  return (wall_s > 0 ? "+" : "") + format_value(wall_s, Unit::kIterationSeconds, largest_s);
}

std::string saved_note() {
  return "Wall time saved: core-seconds saved, by the cores; the parts add up to the difference of "
         "the means. Behind ~: within its error, or of unknown error. All from unrounded figures.";
}

}  // namespace winnow::reports
