#include "reports/pages/markdown.h"

#include "reports/exports/export.h"
#include "reports/markup/markdown.h"

namespace winnow::reports {

namespace {

std::string list(const std::vector<std::string>& texts) {
  std::string result;
  for (const std::string& text : texts) result += "- " + escaped(text) + "\n";
  return result.empty() ? "" : result + "\n";
}

std::string section(const Listing& listing) {
  std::string text = "### " + escaped(listing.heading) + "\n\n";
  if (!listing.rows.empty()) {
    std::vector<std::string> head;
    for (const std::string& column : listing.columns) head.push_back(escaped(column));
    text += table_head(head);
    for (const auto& row : listing.rows) {
      std::vector<std::string> cells;
      for (const std::string& cell : row)
        cells.push_back(cells.empty() && listing.symbols ? code_span(cell) : escaped(cell));
      text += table_line(cells);
    }
    text += "\n";
  }
  return text + list(listing.notes);
}

}  // namespace

std::string export_markdown(const Export& source) {
  std::string text = to_markdown(source.report);
  if (!source.detailed) return text;
  text += "\n## Questions\n\n";
  for (const Answer& answer : source.detail.answers)
    text += bold(escaped(answer.question)) + "\n\n" + list(answer.sentences);
  text += "## Details\n\n";
  for (const Listing& listing : source.detail.listings) text += section(listing);
  text.pop_back();
  return text;
}

}  // namespace winnow::reports
