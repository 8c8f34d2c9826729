#include "reports/pages/html_ledger.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/figures/format.h"
#include "reports/ledger/table.h"
#include "reports/markup/html.h"
#include "reports/pages/html_tables.h"

namespace winnow::reports {

namespace {

constexpr int kRowHeight = 76, kBar = 26, kTop = 36;

const char* css_class(LedgerKind kind) {
  switch (kind) {
    case LedgerKind::kWork:
      return "work";
    case LedgerKind::kScheduler:
      return "scheduling";
    case LedgerKind::kWaiting:
      return "delay";
    case LedgerKind::kIdle:
      return "idle";
    case LedgerKind::kOthers:
      return "others";
    case LedgerKind::kUnexplained:
      return "unexplained";
  }
  return "idle";
}

// Neighbours of one kind differ in brightness.
std::string shade(const Ledger& ledger, size_t line) {
  size_t same = 0;
  for (size_t i = 0; i < line; ++i) same += ledger.lines[i].kind == ledger.lines[line].kind;
  return fmt::format("{} shade{}", css_class(ledger.lines[line].kind), same % 6);
}

// Of what a bar is made, and the sum that the widest bar stands for.
double bar_sum(const Ledger& ledger, size_t variant) {
  double sum = 0;
  for (const LedgerLine& line : ledger.lines) sum += line.amounts[variant].core_s;
  return sum;
}

std::string bar(const Ledger& ledger, size_t variant, double whole, int top) {
  const LedgerColumn& column = ledger.columns[variant];
  std::string text = fmt::format(
      "<text class=\"name\" x=\"0\" y=\"{0}\">{1}</text><text class=\"value\" x=\"0\" "
      "y=\"{2}\">{3}</text>\n",
      top + 14, html_escaped(without_middle(column.label, 40)), top + 29,
      column.known()
          ? fmt::format("{} cores × {} wall", column.cores, iteration_seconds(column.wall_s))
          : html_escaped("unavailable: " + column.unavailable));
  double left = 0;
  for (size_t i = 0; column.known() && i < ledger.lines.size(); ++i) {
    const LedgerLine& line = ledger.lines[i];
    const double core_s = line.amounts[variant].core_s;
    if (core_s <= 0) continue;
    text += fmt::format(
        "<rect class=\"{}\" x=\"{:.3f}%\" y=\"{}\" width=\"{:.3f}%\" height=\"{}\"><title>{}, {}: "
        "{}{}</title></rect>\n",
        shade(ledger, i), left / whole * 100, top + kTop, core_s / whole * 100, kBar,
        html_escaped(column.label), html_escaped(line.name), line.estimate ? "~" : "",
        iteration_seconds(core_s));
    left += core_s;
  }
  return text;
}

std::string key(const Ledger& ledger) {
  std::string text = "<ul class=\"key\">";
  for (size_t i = 0; i < ledger.lines.size(); ++i)
    if (std::ranges::any_of(ledger.lines[i].amounts,
                            [](const LedgerAmount& amount) { return amount.core_s > 0; }))
      text += fmt::format("<li><i class=\"{}\"></i>{}</li>", shade(ledger, i),
                          html_escaped(ledger.lines[i].name));
  return text + "</ul>\n";
}

std::string difference_section(const LedgerDifference& difference) {
  std::vector<HtmlRow> rows;
  for (const LedgerPart& part : difference.parts) {
    const SavedCells cells = saved_cells(part);
    HtmlRow row;
    row.name = html_escaped(part.name);
    row.cells.push_back({html_escaped(cells.core), part.core_s});
    row.cells.push_back({html_escaped(cells.wall), part.wall_s});
    row.cells.push_back({html_escaped(cells.error), part.error_s});
    rows.push_back(std::move(row));
  }
  HtmlRow all;
  all.name = "all";
  all.sum = true;
  all.cells.resize(3);
  all.cells[1] = {html_escaped(saved_wall(difference.wall_s, difference.wall_s)),
                  difference.wall_s};
  rows.push_back(std::move(all));
  const std::string heading = fmt::format("Where the Time Between {} and {} Went",
                                          difference.from_label, difference.to_label);
  const std::string saved = " saved " + difference.words.an_iteration;
  return section_start(3, heading) +
         html_grid(slug(heading),
                   {"Part", "Core-seconds" + saved, "Wall time" + saved, "Error (95%)"}, rows) +
         html_list({saved_note()}, "notes") + section_end(3);
}

}  // namespace

std::string ledger_figure(const Report& report) {
  const Ledger& ledger = report.ledger;
  const std::string where =
      html_escaped(fmt::format("Where the core-seconds of {} go", ledger.words.an_iteration));
  std::string text = fmt::format(
      "<figure id=\"plot-ledger\">\n<figcaption><strong>{}.</strong> The bars add up to cores × "
      "wall; a shorter bar is a faster variant.</figcaption>\n",
      where);
  double whole = 0;
  for (size_t variant = 0; variant < ledger.columns.size(); ++variant)
    if (ledger.columns[variant].known() && !ledger.lines.empty())
      whole = std::max(whole, bar_sum(ledger, variant));
  if (!(whole > 0))
    return text + html_list(report.ledger_table.unavailable, "unavailable") +
           (report.ledger_table.unavailable.empty()
                ? "<p class=\"unavailable\">unavailable: no figures</p>\n</figure>\n"
                : "</figure>\n");
  text += fmt::format(
      "<svg class=\"strip\" width=\"100%\" height=\"{}\" role=\"img\" aria-label=\"{}; the table "
      "Ledger of Core-Seconds has the figures\">\n",
      kRowHeight * static_cast<int>(ledger.columns.size()), where);
  for (size_t variant = 0; variant < ledger.columns.size(); ++variant)
    text += bar(ledger, variant, whole, kRowHeight * static_cast<int>(variant));
  return text + "</svg>\n" + key(ledger) + "</figure>\n";
}

std::string ledger_section(const Report& report) {
  return html_section(
      report.ledger_table, 2,
      report.ledger_difference ? difference_section(*report.ledger_difference) : "");
}

}  // namespace winnow::reports
