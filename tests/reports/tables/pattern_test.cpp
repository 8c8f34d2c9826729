#include "reports/tables/pattern.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "reports/comparison/comparison.h"
#include "reports/exports/export.h"
#include "reports/pages/html_page.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/reports/samples/foreign_samples.h"
#include "tests/reports/samples/samples.h"
#include "tests/text.h"

namespace winnow::reports {

namespace {

using profiles::Block;
using profiles::Recording;

// Ten blocks around 0.1 s that scatter by some thousandths.
const std::vector<double> kCalm{0.1001, 0.1004, 0.0998, 0.1007, 0.0994,
                                0.1002, 0.0997, 0.1005, 0.0999, 0.1003};

// Commands of which "two" took these times, one block each, and figures that scatter a little.
Recording timed_commands(const std::vector<double>& seconds) {
  Recording recording = command_recording();
  std::erase_if(recording.blocks, [](const Block& block) {
    return block.variant == "two" && block.pass == profiles::Pass::time;
  });
  for (size_t i = 0; i < seconds.size(); ++i) {
    Block block;
    block.pass = profiles::Pass::time;
    block.variant = "two";
    block.index = static_cast<int>(i);
    block.order = static_cast<int64_t>(2 * i + 1);
    block.iteration_wall_ns.assign(3, std::llround(seconds[i] * 1e9) + static_cast<int64_t>(i));
    block.region.emplace();
    block.region->wall_ns = 3 * block.iteration_wall_ns.front();
    block.region->user_ns = 240'000'000 + static_cast<int64_t>(i * 1000);
    block.region->system_ns = 30'000'000 + static_cast<int64_t>(i * 100);
    block.region->minor_faults = 360 + 3 * static_cast<int64_t>(i % 3);
    block.region->involuntary_switches = 6;
    block.machine.emplace();
    block.machine->wall_s = seconds[i] * 3;
    block.machine->other_cpu_percent = 1 + 0.1 * static_cast<double>(i % 4);
    recording.blocks.push_back(std::move(block));
  }
  return recording;
}

Block& block_two(Recording& recording, int index) {
  return *std::ranges::find_if(recording.blocks, [&](const Block& block) {
    return block.variant == "two" && block.pass == profiles::Pass::time && block.index == index;
  });
}

std::string pattern_section(const Recording& recording) {
  return section(to_markdown(make_report(recording)), "### Outliers and Modes");
}

nlohmann::json pattern_json(const Recording& recording) {
  return nlohmann::json::parse(export_json(make_export(recording)))["variants"][1]["pattern"];
}

}  // namespace

TEST_CASE("calm blocks have neither outliers nor modes") {
  const std::string text = pattern_section(timed_commands(kCalm));
  CHECK(has(text, "No outlier and no two modes: one (10 blocks), two (10 blocks)."));
  CHECK_FALSE(has(text, "Looked at"));
}

TEST_CASE("an outlier is named with what happened to it") {
  std::vector<double> seconds = kCalm;
  seconds[7] = 0.25;
  Recording recording = timed_commands(seconds);
  Block& block = block_two(recording, 7);

  SECTION("nothing that is recorded") {
    const std::string text = pattern_section(recording);
    CHECK(has(text, "two: block 7 is an outlier: 250ms, 2.50x the median of 100ms (score "));
    CHECK(has(text, "): nothing recorded explains it."));
    CHECK(has(text, "No outlier and no two modes: one (10 blocks)."));
    CHECK(has(text, "Looked at"));
    CHECK(has(text,
              "it, CPU time, CPU time in the kernel, CPU time of other programs, minor page "
              "faults, involuntary context switches. The clock"));
    CHECK(has(text, "clock frequency is not recorded"));
    const auto pattern = pattern_json(recording);
    REQUIRE(pattern["outliers"].size() == 1);
    CHECK(pattern["outliers"][0]["block"] == 7);
    CHECK(pattern["outliers"][0]["order"] == 15);
    CHECK(pattern["outliers"][0]["differs"].empty());
    CHECK(pattern["modes"].is_null());
  }

  SECTION("what disturbed it, and its figures that are as far out") {
    block.disturbed = "other programs used 1.0 of 2 cores";
    block.machine->other_cpu_percent = 52;
    block.region->minor_faults = 36'000;
    block.region->user_ns = 600'000'000;
    const std::string text = pattern_section(recording);
    CHECK(has(text,
              "disturbed: other programs used 1.0 of 2 cores; "
              "CPU time of other programs 52.0% of all cores instead of 1.1%; "
              "CPU time 210ms a run instead of 90.0ms; "
              "minor page faults 12,000 a run instead of 121."));
    CHECK_FALSE(has(text, "nothing recorded"));
    CHECK_FALSE(has(text, "switches 2"));
    const auto differs = pattern_json(recording)["outliers"][0]["differs"];
    REQUIRE(differs.size() == 3);
    CHECK(differs[2]["figure"] == "minor page faults");
    CHECK(differs[2]["value"] == 12'000);
    CHECK(differs[2]["unit"] == "count/run");
    CHECK(differs[0]["unit"] == "percent of all cores");
  }

  SECTION("not by a disturbance that most others had, too") {
    for (int index : {0, 1, 2, 3, 7}) block_two(recording, index).disturbed = "steal 2.0%";
    CHECK(has(pattern_section(recording),
              "disturbed: steal 2.0% (so were 4 of the other 9 blocks)."));
    block_two(recording, 4).disturbed = "steal 2.0%";
    CHECK(has(pattern_section(recording),
              "disturbed: steal 2.0% (so were 5 of the other 9 blocks); nothing else recorded "
              "explains it."));
    CHECK(pattern_json(recording)["outliers"][0]["others_disturbed"] == 5);
  }

  SECTION("not by a figure that fell, nor by one that hardly rose") {
    block.region->minor_faults = 3;
    block.region->user_ns = 240'500'000;
    block.machine->other_cpu_percent = 1.9;
    CHECK(has(pattern_section(recording), "nothing recorded explains it"));
  }

  SECTION("on the page, too") {
    CHECK(has(to_html(make_report(recording), read_timelines(recording, "")),
              "two: block 7 is an outlier"));
  }
}

TEST_CASE("outliers are told one by one up to six") {
  std::vector<double> seconds;
  for (int i = 0; i < 40; ++i) seconds.push_back(kCalm[i % 10] + 1e-6 * i);
  for (int i = 0; i < 7; ++i) seconds[5 * i] = 0.3 + 0.2 * i;
  const Recording recording = timed_commands(seconds);
  CHECK(has(pattern_section(recording), "two: 1 more outlier; the JSON report lists all."));
  CHECK(pattern_json(recording)["outliers"].size() == 7);
}

TEST_CASE("two modes are said in words with their shares and what separates them") {
  std::vector<double> seconds;
  for (size_t i = 0; i < 20; ++i) seconds.push_back(kCalm[i % 10] * (i % 5 < 3 ? 1 : 1.33));
  Recording recording = timed_commands(seconds);
  const std::string shares = "two: two modes: 60% of the blocks at 100ms, 40% at 133ms. ";

  SECTION("nothing") {
    CHECK(has(pattern_section(recording), shares + "Nothing recorded separates them."));
    const auto modes = pattern_json(recording)["modes"];
    CHECK(modes["fast"]["blocks"] == 12);
    CHECK(modes["slow"]["share"] == 0.4);
    CHECK(modes["separated_by"].empty());
  }

  SECTION("not a percentage that hardly differs") {
    for (int i = 0; i < 20; ++i)
      block_two(recording, i).machine->other_cpu_percent = (i % 5 < 3 ? 97 : 99) + 0.1 * (i % 4);
    CHECK(has(pattern_section(recording), shares + "Nothing recorded separates them."));
    for (int i = 0; i < 20; ++i)
      if (i % 5 < 3) block_two(recording, i).machine->other_cpu_percent = 47;
    CHECK(has(pattern_section(recording),
              shares + "With the slower one goes: CPU time of other programs 99.2% of all cores "
                       "instead of 47.0%."));
  }

  SECTION("a counter and disturbances, though not in every block") {
    int slow = 0;
    for (int i = 0; i < 20; ++i) {
      if (i % 5 < 3) continue;
      Block& block = block_two(recording, i);
      block.region->minor_faults = 3000 + i;
      if (++slow < 8) block.disturbed = "steal 2.0%";
    }
    CHECK(has(pattern_section(recording),
              shares + "With the slower one goes: disturbed: 7 of 8 slower ones, 0 of 12 faster "
                       "ones; minor page faults 1,004 a run instead of 121."));
  }

  SECTION("the time at which they ran") {
    for (size_t i = 0; i < 20; ++i) seconds[i] = kCalm[i % 10] * (i < 12 ? 1 : 1.33);
    CHECK(has(pattern_section(timed_commands(seconds)),
              shares + "With the slower one goes: order: the slower ones ran later (places 25 to "
                       "39 of the run, the faster ones 1 to 23)."));
  }
}

TEST_CASE("fewer than eight blocks have no outliers, and the report says why") {
  std::vector<double> seconds(kCalm.begin(), kCalm.begin() + 7);
  seconds[3] = 9;
  const std::string text = pattern_section(timed_commands(seconds));
  CHECK(has(text, "two (7 blocks): unavailable: too few blocks, it takes 8"));
  CHECK_FALSE(has(text, "outlier:"));
  CHECK(pattern_json(timed_commands(seconds))["judged"] == false);
}

TEST_CASE("identical samples are identical, not 1.00x as fast") {
  Recording recording = command_recording();
  for (Block& block : recording.blocks) block.iteration_wall_ns.assign(3, 400'000'000);
  const Report report = make_report(recording);
  REQUIRE(report.pairs[1].identical);
  const std::string text = to_markdown(report),
                    page = to_html(report, read_timelines(recording, ""));
  CHECK(has(text, "one: identical: all 10 blocks took the same time, to the last digit."));
  CHECK(has(table_row(text, "**Median Time/Run**"), "| identical |"));
  CHECK(has(text, "- one against two: identical in all pairs of blocks\n") !=
        has(text, "- two against one: identical in all pairs of blocks\n"));
  CHECK(has(page, "<b>identical</b> <span>to "));
  for (const std::string& shown : {text, page}) {
    CHECK_FALSE(has(shown, "1.00x as fast"));
    CHECK_FALSE(has(shown, "1.000x, 99% CI 1.000x"));
    CHECK_FALSE(has(shown, "0.0% faster"));
    CHECK_FALSE(has(shown, "nan"));
  }
  recording.variants[1].run = 1;  // of another run: unpaired
  const Pairs pairs = make_report(recording).pairs[1];
  CHECK(pairs.unpaired());
  CHECK(ratio_words(pairs) == "identical in all blocks");
}

}  // namespace winnow::reports
