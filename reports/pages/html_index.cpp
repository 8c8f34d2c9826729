#include "reports/pages/html_index.h"

#include <fmt/format.h>

#include "reports/markup/html.h"
#include "reports/pages/html_page.h"
#include "reports/pages/html_tables.h"

namespace winnow::reports {

namespace {

HtmlRow row_of(const IndexEntry& entry) {
  HtmlRow row;
  const std::string folder = html_escaped(entry.folder);
  row.name = entry.problem.empty()
                 ? fmt::format("<a href=\"{}\">{}</a>", html_escaped(entry.address), folder)
                 : folder;
  for (const std::string& text :
       {entry.scenario, fmt::format("{}", fmt::join(entry.variants, ", ")), entry.created,
        entry.problem.empty() ? entry.status : "unavailable: " + entry.problem})
    row.cells.push_back({html_escaped(text), {}});
  return row;
}

}  // namespace

std::string html_index(const std::string& folder, const std::vector<IndexEntry>& entries) {
  std::vector<HtmlRow> rows;
  for (const IndexEntry& entry : entries) rows.push_back(row_of(entry));
  std::string main = section_start(2, "Recordings") + "<p>In " + html_escaped(folder) + "</p>\n";
  main += rows.empty()
              ? "<p>none: <code>winnow run</code> writes them</p>\n"
              : html_grid("recordings", {"Folder", "Scenario", "Variants", "Date", "Status"}, rows);
  return html_document("recordings", "recordings", main + "</section>\n");
}

}  // namespace winnow::reports
