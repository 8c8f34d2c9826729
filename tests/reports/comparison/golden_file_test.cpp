#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>

#include "base/file.h"
#include "reports/comparison/comparison.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/reports/samples/samples.h"
#include "tests/text.h"

namespace winnow::reports {

// After a wanted change: WINNOW_UPDATE_GOLDEN=1 reports_test writes the file anew; read its diff.
TEST_CASE("the report of a realistic recording, byte for byte") {
  const std::string file = WINNOW_REPORTS_DATA "/spawn_and_pool.md";
  const std::string report = to_markdown(make_report(realistic_recording()));
  if (std::getenv("WINNOW_UPDATE_GOLDEN")) base::write_file(file, report);
  CHECK(report == base::read_file(file));
}

TEST_CASE("no sentence stands four times in a report") {
  const auto repeated = [](const std::string& report) {
    std::map<std::string, int> sentences;
    std::istringstream lines(report);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("|") || line.starts_with("#")) continue;
      for (size_t from = line.starts_with("- ") ? 2 : 0, to = 0; from < line.size(); from = to) {
        to = std::min(line.find(". ", from), line.size() - 1) + 1;
        ++sentences[line.substr(from, to - from)];
        if (to < line.size()) ++to;
      }
    }
    std::erase_if(sentences, [](const auto& each) { return each.second < 4; });
    return sentences.empty() ? "" : sentences.begin()->first;
  };
  CHECK(repeated("- a: b. Once more.\n- Once more.\nc. Once more. Once more.\n") == "Once more.");
  CHECK(repeated(to_markdown(make_report(realistic_recording()))) == "");
  profiles::Recording timed = realistic_recording();
  timed.profiles.clear();
  timed.missing.clear();
  std::erase_if(timed.blocks, [](const auto& block) { return block.pass != profiles::Pass::time; });
  const std::string report = to_markdown(make_report(timed));
  CHECK(repeated(report) == "");
  CHECK(has(report,
            "- passes that were not run, whose tables are left out: cpu, wall, heap, sync\n"));
  CHECK_FALSE(has(report, "pass was not run"));
}

TEST_CASE("one legend explains the marks that a report has, and links to their tables") {
  const std::string report = to_markdown(make_report(realistic_recording()));
  const std::string legend = section(report, "## Legend");
  for (const char* mark : {"**~ before a difference:**", "**~ before a figure:**", "**99% CI:**",
                           "**< (0 samples):**", "**unsampled:**"})
    CHECK(has(legend, mark));
  CHECK(has(legend, " See [Performance Summary](#performance-summary)"));
  CHECK(has(report, "\n## Performance Summary\n"));
  CHECK(has(legend, "[CPU Time by Category](#cpu-time-by-category)"));
  CHECK(has(report, "\n### CPU Time by Category\n"));
  profiles::Recording timed = realistic_recording();
  timed.profiles.clear();
  CHECK_FALSE(has(to_markdown(make_report(timed)), "**unsampled:**"));
}

}  // namespace winnow::reports
