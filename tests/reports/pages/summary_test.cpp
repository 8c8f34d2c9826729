#include "reports/pages/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "reports/comparison/comparison.h"
#include "reports/pages/html_verdict.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/reports/samples/samples.h"
#include "tests/text.h"

namespace winnow::reports {

namespace {

const std::vector<Fact> kPlaces{{"Report", "out/a b/report.md"}, {"Page", "out/a b/report.html"}};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

size_t columns_of_line(const std::string& line) {
  return static_cast<size_t>(std::ranges::count_if(
      line, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; }));
}

// All words of the text, whatever the lines.
std::string words_of_text(const std::string& text) {
  std::istringstream stream(text);
  std::string words;
  for (std::string word; stream >> word;) words += (words.empty() ? "" : " ") + word;
  return words;
}

profiles::Recording seven_variants() {
  profiles::Recording recording = seed_recording();
  recording.blocks.clear();
  recording.profiles.clear();
  recording.variants.clear();
  for (int i = 0; i < 7; ++i) {
    profiles::Variant about;
    about.name = fmt::format("v{}", i);
    about.label = fmt::format("Variant {}", i);
    recording.variants.push_back(about);
    std::vector<double> seconds;
    for (int round = 0; round < 12; ++round)
      seconds.push_back((1.0 - 0.05 * i) * (1 + 0.002 * (round % 5)));
    add_blocks(recording, about.name, seconds, 2);
  }
  recording.baseline = "v0";
  return recording;
}

}  // namespace

TEST_CASE("a summary says who, by how much, why, how good the machine was, and where more lies") {
  const Report report = make_report(realistic_recording());
  REQUIRE(report.verdict.decided());
  REQUIRE(report.verdict.causes.size() > 3);
  const std::string text = to_summary(report, 100, kPlaces), words = words_of_text(text);
  CHECK(words.starts_with(words_of_text(headline(report))));
  CHECK(has(words, " Wall time 1."));
  CHECK(has(words, ", 99% CI "));
  for (size_t i = 0; i < 3; ++i) CHECK(has(words, words_of_text(report.verdict.causes[i])));
  CHECK_FALSE(has(words, words_of_text(report.verdict.causes[3])));
  CHECK(has(words, "Machine CPU: "));
  CHECK(has(words, words_of_text(report.verdict.recommendation)));
  CHECK(text.ends_with("Report     out/a b/report.md\nPage       out/a b/report.html\n"));
  const auto count = lines_of(text).size();
  CHECK(count >= 8);
  CHECK(count <= 15);
}

TEST_CASE("lines of a summary keep to the terminal's columns, and lose no word") {
  const Report report = make_report(realistic_recording());
  const std::string wide = words_of_text(to_summary(report, 100'000, kPlaces));
  for (const size_t columns : {40UL, 80UL, 100UL, 200UL}) {
    const std::string text = to_summary(report, columns, kPlaces);
    CHECK(words_of_text(text) == wide);
    for (const std::string& line : lines_of(text)) {
      INFO(line);
      // A word alone may be longer.
      CHECK((columns_of_line(line) <= columns ||
             line.find(' ', line.find_first_not_of(' ')) == std::string::npos));
    }
  }
}

TEST_CASE("a summary without a winner says so and why") {
  profiles::Recording recording = realistic_recording();
  for (profiles::Block& block : recording.blocks)
    if (block.pass == profiles::Pass::time)
      block.iteration_wall_ns.assign(block.iteration_wall_ns.size(),
                                     1'000'000'000 + (block.index % 2 == 0) * 50'000'000);
  const Report report = make_report(recording);
  REQUIRE(report.verdict.outcome == Verdict::kNoClearWinner);
  const std::string words = words_of_text(to_summary(report, 100));
  CHECK(words.starts_with("no clear winner"));
  CHECK(has(words, words_of_text("Verdict " + report.verdict.sentence)));
  CHECK(has(words, words_of_text("Because " + report.verdict.bullets.front())));
}

TEST_CASE("of many variants a summary names the first five and counts the rest") {
  const Report report = make_report(seven_variants());
  const std::string words = words_of_text(to_summary(report, 100));
  CHECK(has(words, "Ranking Variant 6 1.4"));
  CHECK(has(words, ", and 2 more"));
  CHECK_FALSE(has(words, "Variant 1 1."));
}

TEST_CASE("names in a summary move no cursor") {
  profiles::Recording recording = realistic_recording();
  recording.variants[1].label = "fast\x1b[2J\nlane";
  const std::string text = to_summary(make_report(recording), 100);
  CHECK_FALSE(has(text, "\x1b"));
  CHECK(has(text, "lane"));
}

TEST_CASE("the Markdown report begins with the answer") {
  const Report report = make_report(realistic_recording());
  const std::string text = to_markdown(report);
  CHECK(text.find("**" + headline(report)) < 60);
  CHECK(text.find("- **Why:** ") < text.find("- **Machine:** "));
}

}  // namespace winnow::reports
