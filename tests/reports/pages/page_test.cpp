#include <fmt/format.h>

#include "base/error.h"
#include "reports/comparison/comparison.h"
#include "reports/figures/format.h"
#include "reports/markup/html.h"
#include "reports/pages/html_index.h"
#include "reports/pages/html_page.h"
#include "reports/pages/html_verdict.h"
#include "reports/pages/markdown.h"
#include "reports/recorded/words.h"
#include "tests/catch.h"
#include "tests/reports/pages/html_reader.h"
#include "tests/reports/samples/picture_samples.h"
#include "tests/reports/samples/samples.h"
#include "tests/text.h"

namespace winnow::reports {

namespace {

constexpr size_t kMostBytes = 1'500'000;
const std::string kHostile = "</script><b onload=x>&|\"'`";

std::string page_of(const profiles::Recording& recording) {
  return to_html(make_report(recording), sample_pictures());
}

// Every text of the Report that is not in a table.
std::vector<std::string> sentences(const Report& report) {
  std::vector<std::string> texts{report.same_work.sentence,     report.verdict.sentence,
                                 report.verdict.recommendation, report.verdict.title,
                                 report.threads.reduction,      report.noise.sentence};
  const auto add = [&](const std::vector<std::string>& more) {
    texts.insert(texts.end(), more.begin(), more.end());
  };
  for (const Table* table :
       {&report.performance, &report.scheduler, &report.compute, &report.kernels, &report.cpu_total,
        &report.cumulative, &report.wall, &report.memory, &report.threads.metrics,
        &report.processes, &report.dispatch, &report.ledger_table})
    if (!table->not_run) add(table->notes), add(table->unavailable), add(table->insights);
  for (const auto* list : {&report.verdict.bullets, &report.missing, &report.warnings,
                           &report.alarms, &report.same_work.differences, &report.ranking.notes})
    add(*list);
  if (!report.threads.creations_not_run) add(report.threads.creation_notes);
  if (!report.threads.threads_not_run) add(report.threads.thread_notes);
  for (const Fact& fact : report.facts) texts.push_back(fact.value);
  for (const RawCommand& raw : report.raw_commands) texts.push_back(raw.command);
  return texts;
}

}  // namespace

TEST_CASE("the check of markup finds planted faults") {
  CHECK(markup_faults("<p>a<b>c</b></p>").empty());
  CHECK(markup_faults("<p>a<b>c</p></b>") == std::vector<std::string>{"p closes b"});
  CHECK(markup_faults("<p>a") == std::vector<std::string>{"p is not closed"});
  CHECK(markup_faults("</p>") == std::vector<std::string>{"p closes nothing"});
  CHECK(markup_faults("<i id=\"a\"></i><b id=\"a\"></b>") ==
        std::vector<std::string>{"id a twice"});
}

TEST_CASE("a page is well-formed, small, and names nothing outside itself") {
  for (const auto& recording : {realistic_recording(), seed_recording()}) {
    const std::string page = page_of(recording);
    CHECK(markup_faults(page) == std::vector<std::string>{});
    CHECK(page.size() < kMostBytes);
    for (const char* outside : {"src=", "@import", "url(", "https:", "fetch(", "XMLHttpRequest"})
      CHECK_FALSE(has(page, outside));
    CHECK(has(page, "default-src 'none'"));
  }
}

TEST_CASE("throughput of the mean and of the median have a name each") {
  const Report report = make_report(realistic_recording());
  const Timing& timing = report.timings[1];
  const Row* row = row_named(report.performance, "Throughput");
  REQUIRE(row);
  CHECK(*row->figures[1].value == Approx(32 / *timing.iteration_s));
  CHECK(*timing.items_per_s == Approx(32 / *timing.median_s));
  const std::string page = to_html(report, sample_pictures());
  CHECK(has(page, "Avg Time/Text and Throughput are of that mean"));
  CHECK(has(page, "Throughput (median)."));
  CHECK_FALSE(has(page, "Throughput."));
  CHECK_FALSE(has(page, "higher throughput"));
}

TEST_CASE("the page's tables hold the cells of the Markdown report's, in the same order") {
  for (const auto& recording :
       {realistic_recording(), seed_recording(), reversed_seed_recording()}) {
    const Report report = make_report(recording);
    const ReadTables markdown = markdown_tables(to_markdown(report));
    const ReadTables html = html_tables(to_html(report, {}));
    CHECK(markdown.size() > 5);
    for (const auto& [heading, rows] : markdown) {
      INFO(heading);
      REQUIRE(html.contains(heading));
      CHECK(html.at(heading) == rows);
    }
  }
}

TEST_CASE("the page holds every sentence, note and reason of the report") {
  for (auto recording : {realistic_recording(), seed_recording()}) {
    recording.warnings.push_back("a <planted> warning & more");
    recording.missing.push_back({"", profiles::Pass::wall, "a <planted> reason"});
    const Report report = make_report(recording);
    const std::string page = to_html(report, {});
    for (const std::string& sentence : sentences(report)) {
      INFO(sentence);
      CHECK(has(page, html_escaped(sentence)));
    }
  }
}

TEST_CASE("nothing from a recording becomes markup or script") {
  auto recording = realistic_recording();
  recording.variants[1].label = kHostile;
  recording.workload.scenario = recording.commit = recording.created = kHostile;
  recording.warnings.push_back(kHostile);
  for (auto& [variant, profile] : recording.profiles)
    if (profile.cpu)
      for (auto& function : profile.cpu->functions) function.name += kHostile;
  auto pictures = sample_pictures();
  pictures.variants[0].wall.unavailable = kHostile;
  const std::string page = to_html(make_report(recording), pictures);
  CHECK_FALSE(has(page, "<b onload"));
  CHECK_FALSE(has(page, "</script><b"));
  CHECK(has(page, "&lt;/script&gt;&lt;b onload=x&gt;&amp;|&quot;"));
  CHECK(markup_faults(page) == std::vector<std::string>{});
  CHECK(script_json("{\"a\":\"</script>\"}") == "{\"a\":\"\\u003c/script\\u003e\"}");
}

TEST_CASE("a frame is filled in one pass") {
  CHECK(filled("a{{x}}b{{y}}", {{"x", "{{y}}"}, {"y", "1"}}) == "a{{y}}b1");
  CHECK(filled("no parts", {}) == "no parts");
  CHECK_THROWS_AS(filled("{{z}}", {}), base::Error);
}

TEST_CASE("a picture that is not there says why") {
  const std::string page = page_of(realistic_recording());
  CHECK(has(page, "unavailable (its threads &lt;live&gt; too short)"));
  CHECK(has(page, "id=\"flame-cpu-difference\""));
  CHECK_FALSE(has(page, "id=\"flame-wall-difference\""));
}

TEST_CASE("stacks of wall time of both sides have their difference, as those of CPU time have") {
  auto pictures = sample_pictures();
  pictures.variants[0].wall = pictures.variants[1].wall;
  auto& waits = pictures.variants[0].wall.data.value().stacks.front();
  waits.samples += 4000;
  const std::string page = to_html(make_report(realistic_recording()), pictures);
  CHECK(markup_faults(page).empty());
  for (const char* kind : {"cpu", "cpu-leaves", "wall", "wall-leaves"})
    for (const char* frames : {"", "-all"}) {
      INFO(kind << frames);
      const size_t begin = page.find(fmt::format("id=\"flame-{}-difference{}\"", kind, frames));
      REQUIRE(begin != std::string::npos);
      const std::string figure = page.substr(begin, page.find("</figure>", begin) - begin);
      CHECK(has(figure, "frame shrunk"));
    }
}

TEST_CASE("alarms, how many warnings there are and a void comparison stand before the figures") {
  auto recording = realistic_recording();
  recording.warnings = {"the first <of> them", "another"};
  Report report = make_report(recording);
  report.alarms = {"THE MACHINE DISTURBS: steal"};
  report.same_work.status = SameWork::kDifferent;
  report.same_work.sentence = "the work differs";
  const std::string page = to_html(report, {});
  const size_t verdict = page.find("<h2 id=\"verdict\">");
  const size_t figures = page.find("<div class=\"split\">");
  const std::string head = page.substr(verdict, figures - verdict);
  CHECK(has(head, "<div class=\"alarm void\""));
  CHECK(has(head, "the work differs"));
  CHECK(has(head, "<div class=\"alarm\""));
  CHECK(has(head, "THE MACHINE DISTURBS: steal"));
  CHECK(has(head, fmt::format("<a href=\"#warnings\">{} warnings</a>", report.warnings.size())));
  CHECK(has(head, "the first &lt;of&gt; them"));
  report.alarms.clear();
  report.warnings.clear();
  report.same_work.status = SameWork::kSame;
  CHECK_FALSE(has(to_html(report, {}), "class=\"alarm"));
}

TEST_CASE("sections fold, and what belongs to one lies in it") {
  const std::string page = page_of(realistic_recording());
  std::string rest = page;
  size_t sections = 0;
  for (size_t at = 0; (at = page.find("<details class=\"fold\" open>", at)) != std::string::npos;
       ++at, ++sections) {
    const size_t end = page.find("</details>\n</section>", at);
    REQUIRE(end != std::string::npos);
    CHECK(page.find("<details", at + 1) > end);
    if (const size_t heading = page.find("<h3 ", end); heading != std::string::npos)
      CHECK(page.find("<h2 ", end) < heading);
  }
  CHECK(sections > 8);
  CHECK_FALSE(has(page.substr(page.find("<h2 id=\"verdict\">"), 200), "<details"));
}

TEST_CASE("a difference folds its frames, and shows all of them by a switch that needs no script") {
  const std::string page = page_of(realistic_recording());
  for (const char* kind : {"cpu", "cpu-leaves", "allocation"}) {
    INFO(kind);
    const std::string id = fmt::format("flame-{}-difference", kind);
    const size_t box = page.find(
        fmt::format("<div class=\"switched\">\n<input type=\"checkbox\" id=\"{0}-switch\"/><label "
                    "for=\"{0}-switch\">All frames</label>\n<figure class=\"flame\" id=\"{0}\">",
                    id));
    REQUIRE(box != std::string::npos);
    const size_t all = page.find("id=\"" + id + "-all\"", box);
    REQUIRE(all != std::string::npos);
    const std::string folded = page.substr(box, all - box);
    CHECK_FALSE(has(folded, "<title>std::function::operator()"));
    CHECK(has(page.substr(all, page.find("</figure>", all) - all),
              "<title>std::function::operator()"));
  }
  CHECK(has(page, ".switched > input:not(:checked) ~ figure:last-child"));
}

TEST_CASE("allocations' colours are those of their own categories") {
  const std::string page = page_of(realistic_recording());
  const size_t begin = page.find("id=\"flame-allocation-0\"");
  REQUIRE(begin != std::string::npos);
  const std::string figure = page.substr(begin, page.find("</figure>", begin) - begin);
  CHECK(has(figure, "</i>Buffer Pool</li>"));
  CHECK(has(figure, "frame other\" x"));
  CHECK_FALSE(has(figure, "</i>Other</li>"));
  CHECK_FALSE(has(figure, "</i>compute</li>"));
}

TEST_CASE("a recording without anything measured still makes a page") {
  const Report report = make_report({});
  const std::string page = to_html(report, {});
  CHECK(markup_faults(page) == std::vector<std::string>{});
  CHECK(has(page, "unavailable"));
}

TEST_CASE("an index lists recordings, and those that cannot be read with the reason") {
  const std::string page = html_index(
      "<out>", {{"/recording/a%20b", "a b", "batch32", "2026", "complete", {"spawn", "pool"}, ""},
                {"/recording/c", "c", "", "", "", {}, "recording.json: <broken>"}});
  CHECK(markup_faults(page) == std::vector<std::string>{});
  CHECK(has(page, "<a href=\"/recording/a%20b\">a b</a>"));
  CHECK(has(page, "spawn, pool"));
  CHECK(has(page, "unavailable: recording.json: &lt;broken&gt;"));
  CHECK_FALSE(has(page, "href=\"/recording/c\""));
}

TEST_CASE("an index shows each recording's winner and ratio, and flags what makes them doubtful") {
  auto recording = realistic_recording();
  recording.warnings = {"one", "<two>"};
  Report report = make_report(recording);
  report.alarms = {"THE MACHINE DISTURBS: steal: 3 (what to do)"};
  IndexEntry entry;
  entry.folder = "a";
  add_verdict(report, entry);
  CHECK(entry.winner == report.variants[report.verdict.winner]);
  CHECK(entry.verdict_class == "winner");
  CHECK(entry.ratio == fmt::format("{} as fast as {}", format_ratio(*report.verdict.pairs.ratio),
                                   report.variants[report.verdict.rival]));
  CHECK(has(to_html(report, {}), "<b>" + format_ratio(*report.verdict.pairs.ratio) + "</b>"));
  CHECK(entry.flags == std::vector<std::string>{"THE MACHINE DISTURBS: steal: 3",
                                                count_of(std::ssize(report.warnings), "warning")});
  report.verdict.doubts.all = {{Doubt::kDisturbed, "4 of <10> rounds disturbed", ""}};
  IndexEntry doubtful;
  doubtful.folder = "b";
  add_verdict(report, doubtful);
  CHECK(doubtful.winner == "probably " + entry.winner);
  CHECK(doubtful.verdict_class == "probable");
  const std::string page = html_index("out", {entry, doubtful});
  CHECK(markup_faults(page).empty());
  CHECK(has(page, "<b class=\"winner\">" + entry.winner + "</b>"));
  CHECK(has(page, "<b class=\"probable\">probably " + entry.winner + "</b>"));
  CHECK(has(page, "<ul class=\"flags\">\n<li>4 of &lt;10&gt; rounds disturbed</li>"));
}

}  // namespace winnow::reports
