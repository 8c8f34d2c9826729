#include "reports/pages/ledger_markdown.h"

#include <fmt/format.h>

#include "reports/figures/format.h"
#include "reports/markup/markdown.h"
#include "reports/pages/ledger_svg.h"

namespace winnow::reports {

namespace {

std::string signed_seconds(double value) {
  return (value > 0 ? "+" : "") + format_value(value, Unit::kIterationSeconds);
}

std::string difference_table(const LedgerDifference& difference) {
  std::string text = fmt::format("### Where the Time Between {} and {} Went\n\n",
                                 escaped(difference.from_label), escaped(difference.to_label));
  const std::string saved = " saved " + difference.words.an_iteration;
  text += table_head({"Part", "Core-seconds" + saved, "Wall time" + saved, "Error (95%)"});
  for (const LedgerPart& part : difference.parts) {
    const std::string mark = part.proven() ? "" : "~ ";
    const std::string error =
        part.error_s ? "± " + format_value(*part.error_s, Unit::kIterationSeconds) : "unavailable";
    text += table_line({escaped(part.name), escaped(mark + signed_seconds(part.core_s)),
                        escaped(mark + signed_seconds(part.wall_s)), escaped(error)});
  }
  text += table_line({bold("all"), "", bold(escaped(signed_seconds(difference.wall_s))), ""});
  return text +
         "\n- Wall time saved: core-seconds saved, by the cores; the parts add up to the "
         "difference "
         "of the means. Behind ~: within its error, or of unknown error.\n\n";
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
