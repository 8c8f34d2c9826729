#include "reports/sweep/plots.h"
#include "reports/sweep/renderers.h"
#include "reports/sweep/sweep_report.h"
#include "tests/catch.h"
#include "tests/reports/pages/html_reader.h"
#include "tests/reports/samples/sweep_samples.h"
#include "tests/text.h"

namespace winnow::reports {

namespace {

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("the page of a sweep has the tables of its Markdown, cell by cell, and its plots") {
  const SweepReport report = make_sweep_report(realistic_sweep());
  const std::string page = sweep_html(report);
  CHECK(markup_faults(page).empty());
  const ReadTables markdown = markdown_tables(sweep_markdown(report)), html = html_tables(page);
  CHECK(html.size() > 10);
  for (const auto& [heading, rows] : html) {
    INFO(heading);
    REQUIRE(markdown.count(heading) == 1);
    CHECK(rows == markdown.at(heading));
  }
  CHECK(count_of(page, " src=\"data:image/svg+xml,") == sweep_plots(report).size());
  CHECK(count_of(page, " srcset=\"data:image/svg+xml,") == sweep_plots(report).size());
  const std::string text = plain_text(page);
  for (const MixAnswer& mix : report.mixes) CHECK(has(text, mix.sentence));
  CHECK(has(text, report.shared.sentence));
}

TEST_CASE("hostile names break no page, and a sweep without cells is one") {
  const std::string evil = "</script><b>&|\"'\x01\xff";
  PlantedSweep planted({evil, "b"}, 4, 0.01, 8);
  planted.sweep.name = planted.sweep.description = evil;
  planted.sweep.mixes = {{evil, evil}};
  planted.sweep.machine = {{evil, evil, evil}};
  planted.add_batches(evil, {1, 2}, [](const auto&, const auto&) { return 0.01; });
  planted.add_threads(evil, 1, {1, 2}, [](const auto&, const auto&) { return 0.01; });
  const std::string page = sweep_html(make_sweep_report(planted.sweep));
  CHECK(markup_faults(page).empty());
  CHECK_FALSE(has(page, "</script><b>"));
  CHECK_FALSE(has(page, "<b>&"));
  CHECK_FALSE(has(page, "\x01"));

  const std::string empty = sweep_html(make_sweep_report({}));
  CHECK(markup_faults(empty).empty());
  CHECK(has(plain_text(empty), "the sweep has no cells"));
}

}  // namespace winnow::reports
