#include "reports/pages/ledger_markdown.h"

#include <fmt/format.h>

#include "reports/ledger/table.h"
#include "reports/markup/markdown.h"
#include "reports/pages/ledger_svg.h"

namespace winnow::reports {

namespace {

std::string difference_table(const LedgerDifference& difference) {
  std::string text = fmt::format("### Where the Time Between {} and {} Went\n\n",
                                 escaped(difference.from_label), escaped(difference.to_label));
  const std::string saved = " saved " + difference.words.an_iteration;
  text += table_head({"Part", "Core-seconds" + saved, "Wall time" + saved, "Error (95%)"});
  for (const LedgerPart& part : difference.parts) {
    const SavedCells cells = saved_cells(part);
    text += table_line(
        {escaped(part.name), escaped(cells.core), escaped(cells.wall), escaped(cells.error)});
  }
  text += table_line(
      {bold("all"), "", bold(escaped(saved_wall(difference.wall_s, difference.wall_s))), ""});
  return text + "\n- " + escaped(saved_note()) + "\n\n";
}

}  // namespace

std::string ledger_markdown(const Report& report) {
  if (report.ledger.lines.empty()) return "";
  std::string text = fmt::format("![Where the core-seconds of {} go]({})\n\n",
                                 report.words.an_iteration, kLedgerPlot);
  if (report.ledger_difference) text += difference_table(*report.ledger_difference);
  return text;
}

}  // namespace winnow::reports
