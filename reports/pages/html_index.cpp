#include "reports/pages/html_index.h"

#include <fmt/format.h>

#include "reports/markup/html.h"
#include "reports/pages/html_page.h"
#include "reports/pages/html_tables.h"
#include "reports/pages/html_verdict.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

namespace {

HtmlRow row_of(const IndexEntry& entry) {
  HtmlRow row;
  const std::string folder = html_escaped(entry.folder);
  row.name = entry.problem.empty()
                 ? fmt::format("<a href=\"{}\">{}</a>", html_escaped(entry.address), folder)
                 : folder;
  const std::string winner = html_escaped(entry.winner);
  row.cells.push_back({entry.verdict_class.empty() || winner.empty()
                           ? winner
                           : fmt::format("<b class=\"{}\">{}</b>", entry.verdict_class, winner)});
  row.cells.push_back({html_escaped(entry.ratio)});
  row.cells.push_back({html_list(entry.flags, "flags")});
  for (const std::string& text :
       {entry.scenario, fmt::format("{}", fmt::join(entry.variants, ", ")), entry.created,
        entry.problem.empty() ? entry.status : "unavailable: " + entry.problem})
    row.cells.push_back({html_escaped(text)});
  return row;
}

}  // namespace

void add_verdict(const Report& report, IndexEntry& entry) {
  const Verdict& verdict = report.verdict;
  entry.winner = short_winner(report);
  entry.ratio = short_ratio(report);
  entry.verdict_class = verdict_class(verdict);
  if (!report.same_work.holds()) entry.flags.push_back("comparison void");
  for (const Doubt& doubt : verdict.doubts.all) entry.flags.push_back(doubt.brief);
  for (const std::string& alarm : report.alarms)  // without what to do
    entry.flags.push_back(alarm.substr(0, alarm.find(" (")));
  if (!report.warnings.empty())
    entry.flags.push_back(count_of(std::ssize(report.warnings), "warning"));
}

std::string html_index(const std::string& folder, const std::vector<IndexEntry>& entries) {
  std::vector<HtmlRow> rows;
  for (const IndexEntry& entry : entries) rows.push_back(row_of(entry));
  std::string main = section_start(2, "Recordings") + "<p>In " + html_escaped(folder) + "</p>\n";
  main += rows.empty() ? "<p>none: <code>winnow run</code> writes them</p>\n"
                       : html_text_grid("recordings",
                                        {"Folder", "Winner", "Ratio", "Flags", "Scenario",
                                         "Variants", "Date", "Status"},
                                        rows);
  return html_document("recordings", "recordings", main + section_end(2));
}

}  // namespace winnow::reports
