#include <algorithm>

#include "reports/comparison/comparison.h"
#include "reports/exports/export.h"
#include "reports/pages/html_page.h"
#include "reports/pages/markdown.h"
#include "reports/pages/summary.h"
#include "tests/catch.h"
#include "tests/reports/samples/foreign_samples.h"

// Figures that programs write of themselves, beside wall time and in its place.
namespace winnow::reports {

namespace {

using profiles::Metric;
using profiles::Recording;

// The time pass of a command: `factor` is of the figure of the second variant, and `twin` of that
// of the A/A arm. Wall times are all alike.
Recording with_metric(const Metric& metric, double factor, double twin = 1) {
  Recording recording = foreign_recording();
  recording.metrics = {metric};
  recording.twin = recording.variants[0].name + "-twin";
  std::vector<profiles::Block> blocks;
  for (int index = 0; index < 10; ++index)
    for (const std::string& name :
         {recording.variants[0].name, recording.variants[1].name, recording.twin}) {
      const auto found = std::ranges::find_if(recording.blocks, [&](const auto& block) {
        return block.pass == profiles::Pass::time && block.index == index &&
               block.variant == recording.variants[0].name;
      });
      REQUIRE(found != recording.blocks.end());
      profiles::Block block = *found;
      const double of = name == recording.variants[1].name ? factor
                        : name == recording.twin           ? twin
                                                           : 1;
      const double noise = 1 + 0.001 * ((index * 7 + static_cast<int>(name.size())) % 5);
      block.variant = name;
      block.metrics[metric.name] = {990 * of * noise, 1000 * of * noise, 1700 * of * noise};
      blocks.push_back(block);
    }
  recording.blocks = blocks;
  return recording;
}

bool has_text(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const SideVerdict& by_metric(const Report& report) { return report.verdict.beside.front(); }

}  // namespace

TEST_CASE("a metric has a winner of its own beside that of wall time") {
  const Report report = make_report(with_metric({"req/s", "(x)"}, 1.2));
  CHECK(report.verdict.outcome == Verdict::kNoClearWinner);
  CHECK(report.verdict.by.empty());
  REQUIRE(report.verdict.beside.size() == 1);
  CHECK(by_metric(report).outcome == Verdict::kWinner);
  CHECK(by_metric(report).best == std::vector<size_t>{1});
  const Pairs& pairs = report.compared_metrics.front().pairs[1];
  CHECK(*pairs.ratio == Approx(1.2).epsilon(0.01));
  CHECK(*pairs.low > 1.19);
  CHECK(*pairs.high < 1.21);
  CHECK(pairs.evidence == Evidence::kProven);
  const std::string text = to_markdown(report);
  CHECK(has_text(text, "## Metrics"));
  CHECK(has_text(text, "req/s (higher is better)"));
  CHECK(has_text(text, "- By req/s, "));
  CHECK(has_text(to_summary(report, 1000), "\nBeside     By req/s, "));
}

TEST_CASE("where lower is better, the lower figure wins, by the same ratio") {
  const Report report = make_report(with_metric({"ms", "(x)", false}, 1 / 1.2));
  CHECK(by_metric(report).best == std::vector<size_t>{1});
  CHECK(*report.compared_metrics.front().pairs[1].ratio == Approx(1.2).epsilon(0.01));
  CHECK(has_text(by_metric(report).sentence, "1.20x better (lower ms) by Hodges-Lehmann"));
  CHECK(by_metric(make_report(with_metric({"ms", "(x)", false}, 1.2))).best ==
        std::vector<size_t>{0});
  CHECK(by_metric(make_report(with_metric({"req/s", "(x)", true}, 1 / 1.2))).best ==
        std::vector<size_t>{0});
}

TEST_CASE("the metric that decides names the winner, and wall time is told beside") {
  const Report report = make_report(with_metric({"req/s", "(x)", true, true}, 1.2));
  CHECK(report.verdict.outcome == Verdict::kWinner);
  CHECK(report.verdict.winner == 1);
  CHECK(report.verdict.by == "req/s");
  CHECK(has_text(report.verdict.title, "(by req/s)"));
  CHECK(by_metric(report).by == "wall time");
  CHECK(by_metric(report).outcome == Verdict::kNoClearWinner);
}

TEST_CASE("the metric that decides is named where it has no winner, too") {
  const Metric metric{"req/s", "(x)", true, true};
  for (const double twin : {1.0, 1.06}) {
    const Report report = make_report(with_metric(metric, twin == 1 ? 1 : 1.05, twin));
    CHECK(report.verdict.outcome == Verdict::kNoClearWinner);
    CHECK(report.verdict.by == "req/s");
    CHECK_FALSE(has_text(to_html(report, {}), "</b> <span>as fast as "));
  }
  CHECK(has_text(to_html(make_report(with_metric(metric, 1.05, 1.06)), {}),
                 "<span>by req/s against "));
  const std::string json = export_json(make_export(with_metric(metric, 1)));
  CHECK(has_text(json.substr(json.find("\"verdict\":")), "\"by\": \"req/s\""));
}

TEST_CASE("a metric alike in all, or no further apart than two copies of one, has no winner") {
  CHECK(by_metric(make_report(with_metric({"req/s", "(x)"}, 1))).outcome ==
        Verdict::kNoClearWinner);
  const Report apart = make_report(with_metric({"req/s", "(x)"}, 1.05, 1.06));
  CHECK(by_metric(apart).outcome == Verdict::kNoClearWinner);
  CHECK(std::ranges::any_of(apart.alarms, [](const std::string& alarm) {
    return has_text(alarm, "THE A/A ARM DIFFERS") && has_text(alarm, "req/s");
  }));
}

TEST_CASE("figures of 0 and figures that are not there have no ratio, and no verdict") {
  for (const bool there : {true, false}) {
    Recording recording = with_metric({"req/s", "(x)", true, true}, 1);
    for (auto& block : recording.blocks)
      if (there)
        block.metrics["req/s"] = {0, 0, 0};
      else
        block.metrics.clear();
    const Report report = make_report(recording);
    CHECK(report.verdict.outcome == Verdict::kUnavailable);
    CHECK(has_text(to_markdown(report), there ? "| 0 | 0 |" : "| unavailable |"));
  }
}

TEST_CASE("exports have each metric's figures") {
  const Export source = make_export(with_metric({"req/s", "(x)"}, 1.2));
  const std::string json = export_json(source);
  CHECK(has_text(json, "\"verdicts_beside\""));
  CHECK(has_text(json, "\"higher_is_better\": true"));
  CHECK(has_text(export_csv(source), ",time,0,0,metric.req/s,req/s,"));
}

TEST_CASE("work told by the user gives time per unit and throughput with intervals") {
  Recording recording = with_metric({"req/s", "(x)"}, 1);
  recording.workload.work = profiles::WorkDone{"bytes", 24e6};
  const Report report = make_report(recording);
  const Timing& timing = report.timings.front();
  CHECK(*timing.items_per_s == Approx(24e6 / *timing.median_s));
  CHECK(*timing.items_per_s_low <= *timing.items_per_s);
  CHECK(*timing.items_per_s_high >= *timing.items_per_s);
  const Row* row = row_named(report.performance, "Time/Unit (bytes)");
  REQUIRE(row);
  CHECK(row->unit == Unit::kNanoseconds);
  CHECK(*row->figures.front().value == Approx(*timing.median_s / 24e6 * 1e9));
  CHECK(has_text(to_markdown(report), "million bytes/sec"));
  const Row* rate = row_named(report.performance, "Throughput (median)");
  REQUIRE(rate);
  CHECK(*rate->figures.front().value * 1e6 == Approx(*timing.items_per_s));
  CHECK_FALSE(row_named(report.performance, "Throughput"));  // that one is of the mean
  CHECK(has_text(export_json(make_export(recording)), "\"seconds_per_unit\""));
}

}  // namespace winnow::reports
