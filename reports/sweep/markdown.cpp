#include "reports/markup/markdown.h"

#include <fmt/format.h>

#include "reports/figures/format.h"
#include "reports/recorded/words.h"
#include "reports/sweep/plots.h"
#include "reports/sweep/renderers.h"
#include "reports/sweep/words.h"

namespace winnow::reports {

namespace {

constexpr size_t kMostUnfolded = 2;  // scaling sections; more are folded, each under its name

std::string paragraph(const std::string& markdown) { return markdown + "\n\n"; }

std::string list(const std::vector<std::string>& texts) {
  std::string result;
  for (const std::string& text : texts) result += "- " + escaped(text) + "\n";
  return result.empty() ? "" : result + "\n";
}

std::string image(const std::string& alternative, const std::string& file) {
  return paragraph(fmt::format("![{}]({})", escaped(alternative), file));
}

std::string cell(const Estimate& estimate, std::string (*format)(double) = sweep_number) {
  return escaped(estimate_text(estimate, format));
}

std::string grid_table(const SweepGrid& grid, const std::string& axis,
                       std::vector<Estimate> SweepLine::*figures) {
  std::vector<std::string> head{"Variant"};
  for (int point : grid.points) head.push_back(fmt::format("{} {}", escaped(axis), point));
  std::string result = table_head(head);
  Holes holes;
  for (const SweepLine& line : grid.lines) {
    std::vector<std::string> row{escaped(line.variant)};
    for (size_t i = 0; i < grid.points.size(); ++i) {
      row.push_back(cell((line.*figures)[i]));
      holes.note((line.*figures)[i], fmt::format("{}, {} {}", line.variant, axis, grid.points[i]));
    }
    result += table_line(row);
  }
  return result + "\n" + list(holes.lines());
}

std::string choices_table(const std::vector<Choice>& choices, const SweepWords& words) {
  std::vector<std::string> head = choice_columns(words);
  for (std::string& column : head) column = escaped(column);
  std::string result = text_table_head(head);
  Holes holes;
  for (const Choice& choice : choices) {
    const bool chosen = compared(choice);
    if (!chosen) holes.add(fmt::format("{} {}", words.parameter, choice.batch), choice.reason);
    result +=
        table_line({fmt::format("{}", choice.batch),
                    chosen ? (choice.clear ? bold(escaped(choice.best)) : escaped(choice.best))
                           : "unavailable",
                    escaped(margin_text(choice)), cell(choice.throughput),
                    chosen ? fmt::format("{}", choice.margin.blocks) : "unavailable"});
  }
  result += "\n" + list(holes.lines());
  return result + list(choice_remarks(choices, words));
}

// What the sweep was made for: who is the fastest, and from where on.
std::string answer_part(const MixAnswer& mix, const SweepWords& words) {
  const std::string sentence = paragraph(bold(escaped(mix.sentence)));
  if (mix.grid.points.empty()) return sentence;
  return paragraph("## " + escaped(recommendation_title(mix, words))) + sentence +
         choices_table(mix.choices, words);
}

std::string crossover_lines(const std::vector<Crossover>& crossovers, bool changes) {
  std::string rows;
  for (const Crossover& pair : crossovers) {
    if ((pair.outcome == Crossover::kChange) != changes) continue;
    const std::string names = escaped(pair.first + " / " + pair.second);
    if (changes)
      rows += table_line({names, sweep_number(pair.batch.value_or(0)),
                          fmt::format("{} to {}", pair.low, pair.high), escaped(pair.words)});
    else
      rows += table_line(
          {names,
           escaped((pair.outcome == Crossover::kUnavailable ? "unavailable: " : "") + pair.words)});
  }
  return rows;
}

std::string crossover_section(const MixAnswer& mix, const SweepWords& words) {
  const std::string changes = crossover_lines(mix.crossovers, true);
  const std::string others = crossover_lines(mix.crossovers, false);
  std::string result = paragraph("### Crossovers: " + escaped(words.mix(mix.mix)));
  if (mix.crossovers.empty()) return result + paragraph("unavailable: fewer than two variants");
  if (changes.empty())
    result += paragraph("No pair of variants changes places within the sweep.");
  else
    result += table_head({"Pair", "Crosses at " + escaped(words.parameter), "Uncertain between",
                          "Faster"}) +
              changes + "\n";
  if (others.empty()) return result;
  return result + "<details><summary>Pairs that do not change places</summary>\n\n" +
         table_head({"Pair", "Within the sweep"}) + others + "\n</details>\n\n";
}

std::string mix_section(const MixAnswer& mix, const SweepWords& words, size_t index) {
  const std::string name = words.mix(mix.mix);
  std::string result = paragraph("## " + escaped(title_case(name)));
  if (!mix.description.empty()) result += paragraph(escaped(mix.description));
  if (mix.grid.points.empty()) return result + paragraph(escaped(mix.sentence));
  result += paragraph(fmt::format("### Throughput ({}): {}", words.rate, escaped(name))) +
            image(fmt::format("Throughput by {}, {}", words.parameters, name),
                  throughput_plot_name(index)) +
            grid_table(mix.grid, words.parameter, &SweepLine::throughput);
  result += paragraph(fmt::format("### {} ({}): {}", words.time, words.time_unit, escaped(name))) +
            image(fmt::format("{} by {}, {}", words.time, words.parameters, name),
                  latency_plot_name(index)) +
            grid_table(mix.grid, words.parameter, &SweepLine::latency_ms);
  return result + crossover_section(mix, words);
}

std::string efficiency_table(const Scaling& scaling) {
  std::vector<std::string> head{"Variant"};
  for (int threads : scaling.grid.points) head.push_back(fmt::format("threads {}", threads));
  std::string result = table_head(head);
  Holes holes;
  for (const ScalingLine& line : scaling.lines) {
    std::vector<std::string> row{escaped(line.variant)};
    for (size_t i = 0; i < line.efficiency.size(); ++i) {
      row.push_back(cell(line.efficiency[i], sweep_percent));
      holes.note(line.efficiency[i],
                 fmt::format("{}, threads {}", line.variant, scaling.grid.points[i]));
    }
    result += table_line(row);
  }
  return result + "\n" + list(holes.lines());
}

std::string usl_table(const Scaling& scaling) {
  std::string result = table_head({"Variant", "sigma (contention)", "kappa (coherency)",
                                   "Most throughput at", "Largest error of the fit"});
  Holes holes;
  for (const ScalingLine& line : scaling.lines) {
    if (!line.usl) {
      holes.add(line.variant, line.reason);
      result += table_line(
          {escaped(line.variant), "unavailable", "unavailable", "unavailable", "unavailable"});
      continue;
    }
    const UslFit& fit = *line.usl;
    result += table_line({escaped(line.variant), cell(fit.sigma), cell(fit.kappa), peak_text(fit),
                          sweep_percent(fit.worst_error)});
  }
  return result + "\n" + list(holes.lines());
}

std::string scaling_section(const std::vector<Scaling>& all, const SweepWords& words) {
  std::string result = paragraph("## Scaling");
  if (all.empty()) return result + paragraph(escaped(no_scaling(words)));
  const bool folded = all.size() > kMostUnfolded;
  for (size_t i = 0; i < all.size(); ++i) {
    const SweepGrid& grid = all[i].grid;
    const std::string where = scaling_title(grid, words);
    if (folded) result += paragraph("<details><summary>" + escaped(where) + "</summary>");
    result +=
        paragraph(fmt::format("### Throughput by threads ({}): {}", words.rate, escaped(where))) +
        image("Throughput by threads, " + where, scaling_plot_name(i)) +
        grid_table(grid, "threads", &SweepLine::throughput);
    result += paragraph(fmt::format("### {} by threads ({}): {}", words.time, words.time_unit,
                                    escaped(where))) +
              grid_table(grid, "threads", &SweepLine::latency_ms);
    result += paragraph("### Efficiency: " + escaped(where)) + efficiency_table(all[i]);
    result += paragraph("### Universal Scalability Law: " + escaped(where)) + usl_table(all[i]);
    if (folded) result += paragraph("</details>");
  }
  return result;
}

std::string disturbance_table(const Disturbance& disturbance, const SweepWords& words) {
  std::string result =
      paragraph("### " + escaped(disturbance.title)) +
      paragraph("Fair share: " + sweep_percent(disturbance.fair_share) +
                " of the undisturbed throughput.") +
      table_head({"Variant", "Keeps", "Throughput (" + words.rate + ")", "Collapse"});
  Holes holes;
  for (const KeptLine& line : disturbance.lines) {
    holes.note(line.kept, line.variant);
    result +=
        table_line({escaped(line.variant), cell(line.kept, sweep_percent), cell(line.throughput),
                    line.kept.value ? (line.collapse ? bold("collapse") : "no") : "unavailable"});
  }
  return result + "\n" + list(holes.lines()) +
         paragraph("Fastest while disturbed: " + escaped(fastest_text(disturbance.choice)) + ".");
}

std::string shared_section(const SharedMachine& shared, const SweepWords& words) {
  std::string result =
      paragraph("## Neighbours") + paragraph(bold(escaped(shared.sentence))) + list(shared.notes);
  for (const Disturbance& disturbance : shared.disturbances)
    result += disturbance_table(disturbance, words);
  return result;
}

std::string list_section(const std::string& title, const std::vector<std::string>& texts) {
  return paragraph("## " + title) + (texts.empty() ? paragraph("none") : list(texts));
}

}  // namespace

std::string sweep_markdown(const SweepReport& report) {
  std::string text =
      paragraph("# Sweep: " + (report.name.empty() ? "(no name)" : escaped(report.name)));
  if (!report.description.empty()) text += paragraph(escaped(report.description));
  if (report.mixes.empty()) text += paragraph(bold("unavailable: the sweep has no cells."));
  for (const MixAnswer& mix : report.mixes) text += answer_part(mix, report.words);
  text += paragraph("## What Was Measured");
  for (const Fact& fact : report.facts)
    text += fmt::format("- {} {}\n", bold(escaped(fact.name) + ":"), escaped(fact.value));
  text += "\n" + paragraph(sweep_legend());
  for (size_t mix = 0; mix < report.mixes.size(); ++mix)
    text += mix_section(report.mixes[mix], report.words, mix);
  text += scaling_section(report.scaling, report.words);
  text += shared_section(report.shared, report.words);
  text += list_section("Missing", report.missing);
  text += list_section("Warnings", report.warnings);
  text.pop_back();  // one line end closes the file
  return text;
}

}  // namespace winnow::reports
