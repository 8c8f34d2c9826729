#include "reports/pages/html_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/figures/format.h"
#include "reports/markup/html.h"

namespace winnow::reports {

namespace {

constexpr size_t kLongestName = 96;
constexpr size_t kBeside = 3, kLongestBeside = 90;  // cells of a narrow row, and bytes of one

// `column`: the column's name, where a narrow screen shows it beside the cell.
std::string cell(const HtmlCell& cell, const std::string& column) {
  std::string attributes;
  if (cell.sort_by) attributes += fmt::format(" data-v=\"{:.9g}\"", *cell.sort_by);
  if (!column.empty()) attributes += fmt::format(" data-column=\"{}\"", html_escaped(column));
  return fmt::format("<td{}>{}</td>", attributes, cell.html);
}

bool fits_beside(const std::vector<std::string>& head, const std::vector<HtmlRow>& rows) {
  return head.size() <= kBeside + 1 && std::ranges::all_of(rows, [](const HtmlRow& row) {
           return std::ranges::all_of(
               row.cells, [](const HtmlCell& each) { return each.html.size() <= kLongestBeside; });
         });
}

HtmlCell figure_cell(const Figure& figure, Unit unit) {
  return {html_escaped(format_figure(figure, unit)), figure.value};
}

HtmlCell delta_cell(const Row& row, const RowCells& cells, size_t variant) {
  const DeltaCell& delta = cells.deltas[variant];
  std::string text = html_escaped(delta.strong);
  if (!text.empty()) text = "<strong>" + text + "</strong>";
  text += html_escaped(delta.text);
  const auto difference = change(row, 0, variant);
  return {text, difference ? std::optional(difference->difference) : std::nullopt};
}

HtmlRow row_of(const Row& row) {
  HtmlRow result;
  const std::string shown = row.symbol ? without_middle(row.name, kLongestName) : row.name;
  result.name = html_escaped(shown.empty() ? "(no name)" : shown);
  if (row.symbol)
    result.name = fmt::format("<code title=\"{}\">{}</code>", html_escaped(row.name), result.name);
  result.sum = row.role != Role::kItem && row.role != Role::kRest;
  const RowCells cells = format_row(row);
  for (size_t variant = 0; variant < cells.figures.size(); ++variant) {
    result.cells.push_back({html_escaped(cells.figures[variant]), row.figures[variant].value});
    if (variant > 0) result.cells.push_back(delta_cell(row, cells, variant));
  }
  return result;
}

std::vector<std::string> head_of(const Table& table) {
  std::vector<std::string> head{table.first_column};
  for (size_t variant = 0; variant < table.columns.size(); ++variant) {
    head.push_back(table.columns[variant] + (table.unit.empty() ? "" : " " + table.unit));
    if (variant > 0) head.push_back(table.delta_heading);
  }
  return head;
}

}  // namespace

std::string html_grid(const std::string& label, const std::vector<std::string>& head,
                      const std::vector<HtmlRow>& rows) {
  const bool beside = fits_beside(head, rows);
  std::string result = fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"{0}\">\n"
      "<table class=\"sortable {1}\" aria-labelledby=\"{0}\">\n<thead><tr>",
      label, beside ? "beside" : "below");
  for (const std::string& text : head)
    result += fmt::format("<th scope=\"col\">{}</th>", html_escaped(text));
  result += "</tr></thead>\n<tbody>\n";
  for (const HtmlRow& row : rows) {
    result +=
        fmt::format("<tr{}><th scope=\"row\">{}</th>", row.sum ? " class=\"sum\"" : "", row.name);
    for (size_t i = 0; i < row.cells.size(); ++i)
      result += cell(row.cells[i], beside || i + 1 >= head.size() ? "" : head[i + 1]);
    result += "</tr>\n";
  }
  return result + "</tbody>\n</table>\n</div>\n";
}

std::string html_text_grid(const std::string& label, const std::vector<std::string>& head,
                           const std::vector<HtmlRow>& rows) {
  return "<div class=\"texts\">\n" + html_grid(label, head, rows) + "</div>\n";
}

std::string section_start(int level, const std::string& heading) {
  return fmt::format("<section aria-labelledby=\"{1}\">\n{3}<h{0} id=\"{1}\">{2}</h{0}>{4}\n",
                     level, slug(heading), html_escaped(heading),
                     level == 2 ? "<details class=\"fold\" open><summary>" : "",
                     level == 2 ? "</summary>" : "");
}

std::string section_end(int level) {
  return level == 2 ? "</details>\n</section>\n" : "</section>\n";
}

std::string facts_section(const std::vector<Fact>& facts,
                          const std::vector<MachineCondition>& conditions) {
  std::string result = section_start(2, "What Was Measured") + "<dl class=\"facts\">\n";
  for (const Fact& fact : facts)
    result += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", html_escaped(fact.name),
                          html_escaped(fact.value));
  result += "</dl>\n";
  std::vector<HtmlRow> rows;
  for (const MachineCondition& each : conditions)
    rows.push_back(
        {html_escaped(each.name),
         {{html_escaped(each.value)}, {html_escaped(each.effect)}, {html_escaped(each.advice)}}});
  if (!rows.empty())
    result +=
        html_text_grid("what-was-measured", {"Condition", "Value", "Effect", "What to do"}, rows);
  return result + section_end(2);
}

std::string texts_section(const std::string& heading, const std::vector<std::string>& texts) {
  return section_start(2, heading) + (texts.empty() ? "<p>none</p>\n" : html_list(texts, "notes")) +
         section_end(2);
}

std::string html_section(const Table& table, int level, const std::string& within) {
  if (table.heading.empty() || table.not_run) return within;
  std::string result = section_start(level, table.heading);
  for (const std::string& sentence : table.insights)
    result +=
        "<p class=\"insight\"><strong>Key Insight:</strong> " + html_escaped(sentence) + "</p>\n";
  std::vector<HtmlRow> rows;
  for (const Row& row : table.rows) rows.push_back(row_of(row));
  if (!rows.empty()) result += html_grid(slug(table.heading), head_of(table), rows);
  return result + html_list(table.unavailable, "unavailable") + html_list(table.notes, "notes") +
         within + section_end(level);
}

std::string creations_section(const ThreadAnalysis& threads) {
  if (threads.creations_not_run) return "";
  const std::string heading = "Thread Creations";
  std::vector<HtmlRow> rows;
  for (const Creations& row : threads.creations) {
    HtmlRow line;
    line.name = html_escaped(row.variant);
    for (const Figure* figure : {&row.per_iteration, &row.total})
      line.cells.push_back(figure_cell(*figure, Unit::kCount));
    if (threads.formulas) {
      for (const Figure* figure : {&row.formula_per_iteration, &row.formula_total})
        line.cells.push_back(figure_cell(*figure, Unit::kCount));
      line.cells.push_back({html_escaped(row.notes), {}});
    }
    rows.push_back(std::move(line));
  }
  std::string result = section_start(3, heading);
  if (!threads.reduction.empty())
    result += "<p class=\"insight\"><strong>" + html_escaped(threads.reduction) + "</strong></p>\n";
  result += html_grid(slug(heading), threads.creation_columns, rows);
  return result + html_list(threads.creation_notes, "notes") + section_end(3);
}

std::string threads_section(const ThreadAnalysis& threads) {
  if (threads.threads_not_run) return "";
  const std::string heading = "Threads";
  std::vector<HtmlRow> rows;
  for (const ThreadRow& row : threads.threads) {
    const auto count = static_cast<double>(row.count);
    HtmlRow line;
    line.name = html_escaped(row.variant);
    line.cells.push_back({html_escaped(row.thread), {}});
    line.cells.push_back({format_count(count), count});
    for (const Figure* figure : {&row.wall, &row.cpu, &row.run_queue})
      line.cells.push_back(figure_cell(*figure, Unit::kSeconds));
    for (const Figure* figure : {&row.voluntary_switches, &row.involuntary_switches})
      line.cells.push_back(figure_cell(*figure, Unit::kCount));
    for (const Figure* figure : {&row.computing, &row.searching, &row.waiting, &row.signalling})
      line.cells.push_back(figure_cell(*figure, Unit::kSeconds));
    rows.push_back(std::move(line));
  }
  std::string result = section_start(3, heading);
  if (!rows.empty())
    result += html_grid(slug(heading),
                        {"Configuration", "Thread", "Threads", "Wall", "CPU", "Run-queue delay",
                         "Voluntary switches", "Involuntary switches", "Computing", "Searching",
                         "Waiting", "Signalling"},
                        rows);
  return result + html_list(threads.thread_notes, "notes") + section_end(3);
}

}  // namespace winnow::reports
