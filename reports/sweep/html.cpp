#include "reports/markup/html.h"

#include <fmt/format.h>

#include "reports/figures/format.h"
#include "reports/pages/html_page.h"
#include "reports/pages/html_tables.h"
#include "reports/recorded/words.h"
#include "reports/sweep/plots.h"
#include "reports/sweep/renderers.h"
#include "reports/sweep/words.h"

namespace winnow::reports {

namespace {

std::string html_paragraph(const std::string& text) {
  return "<p>" + html_escaped(text) + "</p>\n";
}

HtmlCell html_cell(const Estimate& estimate, std::string (*format)(double) = sweep_number) {
  return {html_escaped(estimate_text(estimate, format)), estimate.value};
}

HtmlCell text_cell(const std::string& text) { return {html_escaped(text), {}}; }

// A section with one table, and below it what the table leaves open.
std::string table_section(int level, const std::string& heading, const std::string& before,
                          const std::vector<std::string>& head, const std::vector<HtmlRow>& rows,
                          const std::vector<std::string>& notes) {
  return section_start(level, heading) + before + html_grid(slug(heading), head, rows) +
         html_list(notes, "notes") + section_end(level);
}

// The same plots of both widths.
struct PagePlots {
  std::vector<SvgFile> wide, narrow;
};

// The plot of that name, as an image of its own: its style sheet stays inside.
std::string figure(const PagePlots& plots, const std::string& name, const std::string& title) {
  for (size_t i = 0; i < plots.wide.size(); ++i)
    if (plots.wide[i].name == name)
      return fmt::format(
          "<figure id=\"{}\"><picture><source media=\"screen and (max-width: 760px)\" "
          "srcset=\"{}\"/>"
          "<img class=\"plot\" alt=\"{}; the table below has its figures\" src=\"{}\"/></picture>"
          "</figure>\n",
          slug(name), data_url("image/svg+xml", plots.narrow[i].text), html_escaped(title),
          data_url("image/svg+xml", plots.wide[i].text));
  return "";
}

std::string grid_section(const SweepGrid& grid, const std::string& heading,
                         const std::string& picture, const std::string& axis,
                         std::vector<Estimate> SweepLine::*figures) {
  std::vector<std::string> head{"Variant"};
  for (int point : grid.points) head.push_back(fmt::format("{} {}", axis, point));
  std::vector<HtmlRow> rows;
  Holes holes;
  for (const SweepLine& line : grid.lines) {
    HtmlRow row{html_escaped(line.variant)};
    for (size_t i = 0; i < grid.points.size(); ++i) {
      row.cells.push_back(html_cell((line.*figures)[i]));
      holes.note((line.*figures)[i], fmt::format("{}, {} {}", line.variant, axis, grid.points[i]));
    }
    rows.push_back(std::move(row));
  }
  return table_section(3, heading, picture, head, rows, holes.lines());
}

std::string html_choices_section(const MixAnswer& mix, const SweepWords& words) {
  std::vector<HtmlRow> rows;
  Holes holes;
  for (const Choice& choice : mix.choices) {
    const bool chosen = compared(choice);
    if (!chosen) holes.add(fmt::format("{} {}", words.parameter, choice.batch), choice.reason);
    HtmlRow row{fmt::format("{}", choice.batch)};
    const std::string best = html_escaped(chosen ? choice.best : "unavailable");
    row.cells.push_back({choice.clear ? "<strong>" + best + "</strong>" : best, {}});
    row.cells.push_back({html_escaped(margin_text(choice)), choice.margin.value});
    row.cells.push_back(html_cell(choice.throughput));
    row.cells.push_back(
        text_cell(chosen ? fmt::format("{}", choice.margin.blocks) : "unavailable"));
    rows.push_back(std::move(row));
  }
  auto notes = holes.lines();
  for (const std::string& remark : choice_remarks(mix.choices, words)) notes.push_back(remark);
  return table_section(3, recommendation_title(mix, words), "", choice_columns(words), rows, notes);
}

std::string html_crossover_section(const MixAnswer& mix, const SweepWords& words) {
  std::vector<HtmlRow> changes, others;
  for (const Crossover& pair : mix.crossovers) {
    HtmlRow row{html_escaped(pair.first + " / " + pair.second)};
    if (pair.outcome == Crossover::kChange) {
      row.cells = {{sweep_number(pair.batch.value_or(0)), pair.batch},
                   text_cell(fmt::format("{} to {}", pair.low, pair.high)),
                   text_cell(pair.words)};
      changes.push_back(std::move(row));
      continue;
    }
    const bool unavailable = pair.outcome == Crossover::kUnavailable;
    row.cells = {text_cell((unavailable ? "unavailable: " : "") + pair.words)};
    others.push_back(std::move(row));
  }
  const std::string heading = "Crossovers: " + words.mix(mix.mix);
  std::string result = section_start(3, heading);
  if (mix.crossovers.empty())
    result += html_paragraph("unavailable: fewer than two variants");
  else if (changes.empty())
    result += html_paragraph("No pair of variants changes places within the sweep.");
  else
    result += html_grid(slug(heading),
                        {"Pair", "Crosses at " + words.parameter, "Uncertain between", "Faster"},
                        changes);
  if (!others.empty())
    result += "<details><summary>Pairs that do not change places</summary>\n" +
              html_grid(slug(heading), {"Pair", "Within the sweep"}, others) + "</details>\n";
  return result + section_end(3);
}

std::string html_mix_section(const MixAnswer& mix, const SweepWords& words, size_t index,
                             const PagePlots& plots) {
  const std::string name = words.mix(mix.mix);
  std::string result = section_start(2, title_case(name));
  if (!mix.description.empty()) result += html_paragraph(mix.description);
  if (mix.grid.points.empty()) return result + html_paragraph(mix.sentence) + section_end(2);
  const std::string throughput = fmt::format("Throughput ({}): {}", words.rate, name);
  const std::string latency = fmt::format("{} ({}): {}", words.time, words.time_unit, name);
  result +=
      grid_section(mix.grid, throughput, figure(plots, throughput_plot_name(index), throughput),
                   words.parameter, &SweepLine::throughput);
  result += grid_section(mix.grid, latency, figure(plots, latency_plot_name(index), latency),
                         words.parameter, &SweepLine::latency_ms);
  return result + html_crossover_section(mix, words) + section_end(2);
}

std::string html_efficiency_section(const Scaling& scaling, const std::string& where) {
  std::vector<std::string> head{"Variant"};
  for (int threads : scaling.grid.points) head.push_back(fmt::format("threads {}", threads));
  std::vector<HtmlRow> rows;
  Holes holes;
  for (const ScalingLine& line : scaling.lines) {
    HtmlRow row{html_escaped(line.variant)};
    for (size_t i = 0; i < line.efficiency.size(); ++i) {
      row.cells.push_back(html_cell(line.efficiency[i], sweep_percent));
      holes.note(line.efficiency[i],
                 fmt::format("{}, threads {}", line.variant, scaling.grid.points[i]));
    }
    rows.push_back(std::move(row));
  }
  return table_section(3, "Efficiency: " + where, "", head, rows, holes.lines());
}

std::string html_usl_section(const Scaling& scaling, const std::string& where) {
  std::vector<HtmlRow> rows;
  Holes holes;
  for (const ScalingLine& line : scaling.lines) {
    HtmlRow row{html_escaped(line.variant)};
    if (line.usl) {
      const UslFit& fit = *line.usl;
      row.cells = {html_cell(fit.sigma),
                   html_cell(fit.kappa),
                   text_cell(peak_text(fit)),
                   {sweep_percent(fit.worst_error), fit.worst_error}};
    } else {
      holes.add(line.variant, line.reason);
      row.cells.assign(4, text_cell("unavailable"));
    }
    rows.push_back(std::move(row));
  }
  return table_section(3, "Universal Scalability Law: " + where, "",
                       {"Variant", "sigma (contention)", "kappa (coherency)", "Most throughput at",
                        "Largest error of the fit"},
                       rows, holes.lines());
}

std::string html_scaling_section(const std::vector<Scaling>& all, const SweepWords& words,
                                 const PagePlots& plots) {
  std::string result = section_start(2, "Scaling");
  if (all.empty()) result += html_paragraph(no_scaling(words));
  for (size_t i = 0; i < all.size(); ++i) {
    const SweepGrid& grid = all[i].grid;
    const std::string where = scaling_title(grid, words);
    const std::string throughput = fmt::format("Throughput by threads ({}): {}", words.rate, where);
    result += grid_section(grid, throughput, figure(plots, scaling_plot_name(i), throughput),
                           "threads", &SweepLine::throughput);
    result += grid_section(
        grid, fmt::format("{} by threads ({}): {}", words.time, words.time_unit, where), "",
        "threads", &SweepLine::latency_ms);
    result += html_efficiency_section(all[i], where) + html_usl_section(all[i], where);
  }
  return result + section_end(2);
}

std::string html_disturbance_section(const Disturbance& disturbance, const SweepWords& words) {
  std::vector<HtmlRow> rows;
  Holes holes;
  for (const KeptLine& line : disturbance.lines) {
    holes.note(line.kept, line.variant);
    HtmlRow row{html_escaped(line.variant)};
    row.cells = {html_cell(line.kept, sweep_percent), html_cell(line.throughput),
                 text_cell(!line.kept.value ? "unavailable"
                           : line.collapse  ? "collapse"
                                            : "no")};
    rows.push_back(std::move(row));
  }
  auto notes = holes.lines();
  notes.push_back("Fastest while disturbed: " + fastest_text(disturbance.choice) + ".");
  return table_section(3, disturbance.title,
                       html_paragraph("Fair share: " + sweep_percent(disturbance.fair_share) +
                                      " of the undisturbed throughput."),
                       {"Variant", "Keeps", "Throughput (" + words.rate + ")", "Collapse"}, rows,
                       notes);
}

std::string html_answer_section(const SweepReport& report) {
  std::string result = fmt::format(
      "<section class=\"verdict open\" aria-labelledby=\"verdict\">\n<h2 id=\"verdict\">"
      "<span>Sweep: </span>{}</h2>\n",
      html_escaped(report.name.empty() ? "(no name)" : report.name));
  if (!report.description.empty()) result += html_paragraph(report.description);
  const auto sentence = [](const std::string& text) {
    return "<p class=\"sentence\">" + html_escaped(text) + "</p>\n";
  };
  if (report.mixes.empty()) result += sentence("unavailable: the sweep has no cells.");
  for (const MixAnswer& mix : report.mixes) {
    result += sentence(mix.sentence);
    if (!mix.grid.points.empty()) result += html_choices_section(mix, report.words);
  }
  if (!report.shared.disturbances.empty()) result += sentence(report.shared.sentence);
  return result + html_paragraph(sweep_legend()) + "</section>\n";
}

}  // namespace

std::string sweep_html(const SweepReport& report) {
  const PagePlots plots{sweep_plots(report), sweep_plots(report, PlotWidth::kTelephone)};
  std::string main = html_answer_section(report);
  for (size_t mix = 0; mix < report.mixes.size(); ++mix)
    main += html_mix_section(report.mixes[mix], report.words, mix, plots);
  main += html_scaling_section(report.scaling, report.words, plots);
  main += section_start(2, "Neighbours") + html_paragraph(report.shared.sentence) +
          html_list(report.shared.notes, "notes");
  for (const Disturbance& disturbance : report.shared.disturbances)
    main += html_disturbance_section(disturbance, report.words);
  main += section_end(2) + facts_section(report.facts, {}) +
          texts_section("Missing", report.missing) + texts_section("Warnings", report.warnings);
  return html_document("sweep " + report.name, "sweep", main);
}

}  // namespace winnow::reports
