#include "reports/pages/html_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/blocks/pairs.h"
#include "reports/figures/format.h"
#include "reports/markup/html.h"
#include "reports/pages/html_flames.h"
#include "reports/pages/html_ledger.h"
#include "reports/pages/html_plots.h"
#include "reports/pages/html_tables.h"
#include "reports/pages/html_timeline.h"
#include "reports/pages/html_verdict.h"
#include "reports/pages/page_parts.h"

namespace winnow::reports {

namespace {

std::string ranking_section(const Report& report) {
  const Ranking& ranking = report.ranking;
  if (ranking.ranks.empty()) return "";
  std::vector<HtmlRow> rows;
  for (const Rank& rank : ranking.ranks) {
    Figure middle;
    middle.value = rank.median_s;
    HtmlRow row;
    row.name = rank_words(rank);
    row.cells.push_back({html_escaped(report.variants[rank.variant]), {}});
    row.cells.push_back(
        {html_escaped(format_figure(middle, Unit::kIterationSeconds)), middle.value});
    for (const Pairs* pairs : {&rank.against_baseline, &rank.against_fastest})
      row.cells.push_back({html_escaped(judged_ratio_words(*pairs)), pairs->ratio});
    rows.push_back(std::move(row));
  }
  const std::string fastest = report.variants[ranking.ranks.front().variant];
  return section_start(3, "Ranking") +
         html_grid("ranking",
                   {"Rank", "Variant", "Median Time/" + title_case(report.words.iteration),
                    "Speed against " + report.variants.front(), "Speed against " + fastest},
                   rows) +
         html_list(ranking.notes, "notes") + section_end(3);
}

std::string speed_section(const Report& report) {
  return section_start(2, "Speed") + throughput_figure(report) + latency_figure(report) +
         html_section(report.performance, 3) + html_section(report.metrics, 3) +
         html_section(report.servers, 3) + ranking_section(report) +
         html_section(report.pattern, 3) + section_end(2);
}

// Nothing where there is nothing below the heading.
std::string section_under(const std::string& heading, const std::string& tables) {
  return tables.empty() ? "" : section_start(2, heading) + tables + section_end(2);
}

std::string html_sections(const std::vector<const Table*>& tables) {
  std::string text;
  for (const Table* table : tables) text += html_section(*table, 3);
  return text;
}

std::string hotspots_section(const Report& report) {
  return section_under("Top CPU Hotspots", html_sections(hotspot_tables(report)));
}

std::string analysis_section(const Report& report) {
  return section_under("Thread Analysis", creations_section(report.threads) +
                                              threads_section(report.threads) +
                                              html_sections(thread_tables(report)));
}

std::string html_legend_section(const std::vector<LegendEntry>& legend) {
  if (legend.empty()) return "";
  std::string result = section_start(2, "Legend") + "<dl class=\"facts\">\n";
  for (const LegendEntry& entry : legend) {
    result += fmt::format("<div><dt>{}</dt><dd>{}", html_escaped(entry.mark),
                          html_escaped(entry.meaning));
    for (const std::string& heading : entry.see)
      result +=
          fmt::format("{}<a href=\"#{}\">{}</a>", &heading == &entry.see.front() ? " See " : ", ",
                      slug(heading), html_escaped(heading));
    result += entry.see.empty() ? "</dd></div>\n" : ".</dd></div>\n";
  }
  return result + "</dl>\n" + section_end(2);
}

std::string html_raw_section(const Report& report) {
  std::string result = section_start(2, "Raw Profiles");
  if (report.raw_commands.empty())
    return result + "<p class=\"unavailable\">unavailable: none recorded</p>\n" + section_end(2);
  const bool unknown_program = std::ranges::any_of(report.raw_commands, [](const RawCommand& raw) {
    return raw.command.find("$PROGRAM") != std::string::npos;
  });
  result += unknown_program
                ? "<p>From the recording's folder, with <code>PROGRAM</code> set to the "
                  "executable of the variant:</p>\n"
                : "<p>From the recording's folder:</p>\n";
  result += "<pre tabindex=\"0\">";
  for (const RawCommand& raw : report.raw_commands) {
    const std::string which =
        raw.blocks > 1 ? fmt::format(", the first of {} processes", raw.blocks) : "";
    result += fmt::format("# {}, {} pass{}\n{}\n", html_escaped(raw.variant),
                          html_escaped(raw.pass), which, html_escaped(raw.command));
  }
  return result + "</pre>\n" + section_end(2);
}

std::string body(const Report& report, const PagePictures& pictures) {
  return verdict_section(report) + ledger_section(report) + speed_section(report) +
         flames_section(report, pictures) + timeline_section(report, pictures) +
         hotspots_section(report) +
         html_section(report.memory, 2, allocations_section(report, pictures)) +
         analysis_section(report) + html_legend_section(report.legend) +
         facts_section(report.facts, report.conditions) + html_raw_section(report) +
         texts_section("Missing", report.missing) +
         texts_section(kWarningsHeading, report.warnings);
}

// Links to the sections of the page, from their headings.
std::string navigation(const std::string& page) {
  constexpr std::string_view kOpen = "<h2 id=\"";
  std::string result;
  for (size_t at = page.find(kOpen); at != std::string::npos; at = page.find(kOpen, at)) {
    at += kOpen.size();
    const size_t quote = page.find('"', at), end = page.find("</h2>", quote);
    result += fmt::format("<a href=\"#{}\">{}</a>\n", page.substr(at, quote - at),
                          page.substr(quote + 2, end - quote - 2));
  }
  return result;
}

}  // namespace

std::string html_document(const std::string& title, const std::string& kind,
                          const std::string& main) {
  return filled(kPageFrame, {{"title", html_escaped("Winnow: " + title)},
                             {"kind", html_escaped(kind)},
                             {"style", std::string(kPageStyle)},
                             {"navigation", navigation(main)},
                             {"main", main},
                             {"data", script_json("{}")},
                             {"script", std::string(kPageScript)}});
}

std::string to_html(const Report& report, const PagePictures& pictures) {
  return html_document(headline(report), "profile comparison", body(report, pictures));
}

}  // namespace winnow::reports
