#include "reports/pages/markdown.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/blocks/pairs.h"
#include "reports/figures/format.h"
#include "reports/markup/html.h"
#include "reports/markup/markdown.h"
#include "reports/pages/answer.h"
#include "reports/pages/html_verdict.h"
#include "reports/pages/ledger_markdown.h"

namespace winnow::reports {

namespace {

std::string paragraph(const std::string& markdown) { return markdown + "\n\n"; }

std::string list(const std::vector<std::string>& texts) {
  std::string result;
  for (const std::string& text : texts) result += "- " + escaped(text) + "\n";
  return result.empty() ? "" : result + "\n";
}

std::string insights(const std::vector<std::string>& sentences) {
  std::string result;
  for (const std::string& sentence : sentences)
    result += paragraph(bold("Key Insight:") + " " + escaped(sentence));
  return result;
}

std::string name_cell(const Row& row) {
  std::string name = row.symbol ? code_span(row.name) : escaped(row.name);
  if (row.role == Role::kTotal || row.role == Role::kSubtotal || row.role == Role::kUnsampled ||
      row.role == Role::kOverlap)
    name = bold(name);
  return name;
}

std::string delta_text(const DeltaCell& delta) {
  return (delta.strong.empty() ? "" : bold(escaped(delta.strong))) + escaped(delta.text);
}

std::string table_rows(const Table& table) {
  std::vector<std::string> head{table.first_column};
  for (size_t variant = 0; variant < table.columns.size(); ++variant) {
    head.push_back(escaped(table.columns[variant]) +
                   (table.unit.empty() ? "" : " " + escaped(table.unit)));
    if (variant > 0) head.push_back(table.delta_heading);
  }
  std::string result = table_head(head);
  for (const Row& row : table.rows) {
    const RowCells cells = format_row(row);
    std::vector<std::string> line{name_cell(row)};
    for (size_t variant = 0; variant < cells.figures.size(); ++variant) {
      line.push_back(escaped(cells.figures[variant]));
      if (variant > 0) line.push_back(delta_text(cells.deltas[variant]));
    }
    result += table_line(line);
  }
  return result + "\n";
}

std::string table_section(const Table& table, int level) {
  if (table.heading.empty() || table.not_run) return "";
  std::string result = paragraph(std::string(level, '#') + " " + table.heading);
  if (!table.rows.empty()) result += table_rows(table);
  std::vector<std::string> below = table.unavailable;
  below.insert(below.end(), table.notes.begin(), table.notes.end());
  return result + list(below) + insights(table.insights);
}

std::string conditions_table(const std::vector<MachineCondition>& conditions) {
  if (conditions.empty()) return "";
  std::string result =
      paragraph("## Conditions") + text_table_head({"Condition", "Value", "Effect", "What to do"});
  for (const MachineCondition& each : conditions)
    result += table_line(
        {escaped(each.name), escaped(each.value), escaped(each.effect), escaped(each.advice)});
  return result + "\n";
}

std::string legend_section(const std::vector<LegendEntry>& legend) {
  if (legend.empty()) return "";
  std::string result = paragraph("## Legend");
  for (const LegendEntry& entry : legend) {
    result += fmt::format("- {} {}", bold(escaped(entry.mark) + ":"), escaped(entry.meaning));
    for (const std::string& heading : entry.see)
      result += fmt::format("{}[{}](#{})", &heading == &entry.see.front() ? " See " : ", ",
                            escaped(heading), slug(heading));
    result += entry.see.empty() ? "\n" : ".\n";
  }
  return result + "\n";
}

std::string same_work_part(const SameWork& check) {
  const std::string sentence = escaped(check.sentence);
  if (check.holds()) return paragraph(bold("Same-work check:") + " " + sentence);
  std::string result = "> " + bold("WARNING: COMPARISON VOID:") + " " + sentence + "\n";
  for (const std::string& difference : check.differences)
    result += ">\n> - " + escaped(difference) + "\n";
  return result + "\n";
}

std::string heading(const Report& report) {
  std::string result =
      paragraph("# Quick Profile Comparison") + paragraph(bold(escaped(headline(report))));
  for (const Fact& line : answer_lines(report))
    result += fmt::format("- {} {}\n", bold(escaped(line.name) + ":"), escaped(line.value));
  result += "\n";
  for (const std::string& alarm : report.alarms)
    result += "> " + bold("WARNING:") + " " + escaped(alarm) + "\n\n";
  for (const Fact& fact : report.facts)
    result += fmt::format("- {} {}\n", bold(fact.name + ":"), escaped(fact.value));
  result += "\n";
  return result + same_work_part(report.same_work) + conditions_table(report.conditions) +
         legend_section(report.legend);
}

std::string speed_cell(const Pairs& pairs) { return escaped(judged_ratio_words(pairs)); }

std::string ranking_table(const Report& report) {
  const Ranking& ranking = report.ranking;
  if (ranking.ranks.empty()) return "";
  std::string result =
      paragraph("### Ranking") +
      table_head({"Rank", "Variant", "Median Time/" + title_case(report.words.iteration),
                  "Speed against " + escaped(report.variants.front()),
                  "Speed against " + escaped(report.variants[ranking.ranks.front().variant])});
  for (const Rank& rank : ranking.ranks) {
    Figure figure;
    figure.value = rank.median_s;
    result += table_line({rank_words(rank), escaped(report.variants[rank.variant]),
                          escaped(format_figure(figure, Unit::kIterationSeconds)),
                          speed_cell(rank.against_baseline), speed_cell(rank.against_fastest)});
  }
  return result + "\n" + list(ranking.notes);
}

std::string creations_table(const ThreadAnalysis& threads) {
  if (threads.creations_not_run) return "";
  std::string result = paragraph("### Thread Creations") + table_head(threads.creation_columns);
  for (const Creations& row : threads.creations) {
    const auto cell = [](const Figure& figure) {
      return escaped(format_figure(figure, Unit::kCount));
    };
    std::vector<std::string> line{bold(escaped(row.variant)), cell(row.per_iteration),
                                  cell(row.total)};
    if (threads.formulas)
      line.insert(line.end(),
                  {cell(row.formula_per_iteration), cell(row.formula_total), escaped(row.notes)});
    result += table_line(line);
  }
  result += "\n";
  if (!threads.reduction.empty()) result += paragraph(bold(escaped(threads.reduction)));
  return result + list(threads.creation_notes);
}

std::string threads_table(const ThreadAnalysis& threads) {
  if (threads.threads_not_run) return "";
  std::string result = paragraph("### Threads");
  if (!threads.threads.empty())
    result += table_head({"Configuration", "Thread", "Threads", "Wall", "CPU", "Run-queue delay",
                          "Voluntary switches", "Involuntary switches", "Computing", "Searching",
                          "Waiting", "Signalling"});
  for (const ThreadRow& row : threads.threads) {
    const auto cell = [](const Figure& figure, Unit unit) {
      return escaped(format_figure(figure, unit));
    };
    std::vector<std::string> line{escaped(row.variant), escaped(row.thread),
                                  format_count(static_cast<double>(row.count))};
    for (const Figure* figure : {&row.wall, &row.cpu, &row.run_queue})
      line.push_back(cell(*figure, Unit::kSeconds));
    for (const Figure* figure : {&row.voluntary_switches, &row.involuntary_switches})
      line.push_back(cell(*figure, Unit::kCount));
    for (const Figure* figure : {&row.computing, &row.searching, &row.waiting, &row.signalling})
      line.push_back(cell(*figure, Unit::kSeconds));
    result += table_line(line);
  }
  if (!threads.threads.empty()) result += "\n";
  return result + list(threads.thread_notes);
}

// Nothing where there is nothing below it.
std::string under(const std::string& heading, const std::string& sections) {
  return sections.empty() ? "" : paragraph(heading) + sections;
}

std::string table_sections(const std::vector<const Table*>& tables) {
  std::string text;
  for (const Table* table : tables) text += table_section(*table, 3);
  return text;
}

std::string verdict_section(const Verdict& verdict) {
  std::string result = paragraph("## Winner: " + escaped(verdict.title)) +
                       paragraph(bold(escaped(verdict.sentence)));
  return result + list(verdict.bullets) +
         paragraph(bold("Recommendation:") + " " + escaped(verdict.recommendation));
}

std::string raw_section(const Report& report) {
  std::string result = paragraph("## Raw Profiles");
  if (report.raw_commands.empty()) return result + paragraph("unavailable: none recorded");
  const bool unknown_program = std::ranges::any_of(report.raw_commands, [](const RawCommand& raw) {
    return raw.command.find("$PROGRAM") != std::string::npos;
  });
  result += paragraph(unknown_program ? "From the recording's folder, with `PROGRAM` set to the "
                                        "executable of the variant:"
                                      : "From the recording's folder:");
  result += "```sh\n";
  for (const RawCommand& raw : report.raw_commands) {
    const std::string which =
        raw.blocks > 1 ? fmt::format(", the first of {} processes", raw.blocks) : "";
    result +=
        fmt::format("# {}, {} pass{}\n{}\n", escaped(raw.variant), raw.pass, which, raw.command);
  }
  return result + "```\n\n";
}

std::string list_section(const std::string& title, const std::vector<std::string>& texts) {
  return paragraph("## " + title) + (texts.empty() ? paragraph("none") : list(texts));
}

}  // namespace

std::string to_markdown(const Report& report) {
  std::string text = heading(report);
  text += table_section(report.performance, 2);
  text += table_section(report.metrics, 2);
  text += table_section(report.servers, 2);
  text += ranking_table(report);
  text += table_section(report.pattern, 3);
  text += under("## Top CPU Hotspots (Side-by-Side)", table_sections(hotspot_tables(report)));
  text += table_section(report.memory, 2);
  text +=
      under("## Thread Analysis", creations_table(report.threads) + threads_table(report.threads) +
                                      table_sections(thread_tables(report)));
  text += table_section(report.ledger_table, 2);
  text += ledger_markdown(report);
  text += verdict_section(report.verdict);
  text += paragraph("---");
  text += raw_section(report);
  text += list_section("Missing", report.missing);
  text += list_section("Warnings", report.warnings);
  text.pop_back();  // one line end closes the file
  return text;
}

}  // namespace winnow::reports
