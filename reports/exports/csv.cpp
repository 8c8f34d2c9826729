#include <fmt/format.h>

#include "base/error.h"
#include "reports/exports/export.h"

namespace winnow::reports {

namespace {

// RFC 4180. Control characters and invalid UTF-8 are written as \xNN, so that a row is a line. A
// leading sign would make a formula of a text in spreadsheets.
std::string cell(const std::string& text) {
  std::string printable = base::printable(text);
  if (!printable.empty() && std::string_view("=+-@").find(printable[0]) != std::string_view::npos)
    printable.insert(0, "'");
  if (printable.find_first_of(",\"") == std::string::npos) return printable;
  std::string quoted = "\"";
  for (char c : printable) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string number(const std::optional<int>& value) { return value ? std::to_string(*value) : ""; }

}  // namespace

std::string export_csv(const Export& source) {
  std::string text = "variant,pass,block,iteration,metric,unit,value\n";
  for (const Observation& row : source.observations)
    if (!source.variant || row.variant == source.recording().variants[*source.variant].name)
      text += fmt::format("{},{},{},{},{},{},{}\n", cell(row.variant), cell(row.pass),
                          number(row.block), number(row.iteration), cell(row.metric), row.unit,
                          row.count ? std::to_string(*row.count) : fmt::format("{}", row.value));
  return text;
}

}  // namespace winnow::reports
