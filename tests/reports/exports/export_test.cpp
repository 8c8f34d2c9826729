#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "profiles/recording/disturbance.h"
#include "reports/blocks/pairs.h"
#include "reports/detail/top.h"
#include "reports/figures/format.h"
#include "reports/markup/junit_xml.h"
#include "reports/recorded/merge.h"
#include "reports/statistics/unpaired_ratio.h"
#include "tests/catch.h"
#include "tests/reports/samples/export_samples.h"
#include "tests/reports/samples/samples.h"
#include "tests/text.h"

namespace winnow::reports {

using nlohmann::json;

namespace {

std::string rendered(const std::string& format, const Export& source) {
  return format_named(format).render(source);
}

size_t lines_of(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

// After a wanted change: WINNOW_UPDATE_GOLDEN=1 export_test writes the files anew; read their diff.
TEST_CASE("every text format of a recording with hostile names, byte for byte") {
  const Export source = hostile_export();
  for (const Format& format : formats()) {
    if (format.binary || format.render == export_html) continue;  // page_test reads the page
    INFO(format.name);
    const std::string file =
        std::string(WINNOW_REPORTS_DATA "/export_") + format.name + format.extension;
    const std::string text = format.render(source);
    if (std::getenv("WINNOW_UPDATE_GOLDEN")) base::write_file(file, text);
    CHECK(text == base::read_file(file));
  }
}

TEST_CASE("no text format lets a control character or invalid UTF-8 through") {
  const Export source = hostile_export();
  for (const Format& format : formats()) {
    if (format.binary || format.render == export_html) continue;
    INFO(format.name);
    std::string text = format.render(source);
    std::erase(text, '\n');
    CHECK(base::printable(text) == text);
  }
}

TEST_CASE("shared figures are equal in every format") {
  const Export source = hostile_export();
  const json report = json::parse(rendered("json", source));
  const json runs = json::parse(rendered("google-benchmark", source))["benchmarks"];
  const std::string markdown = rendered("markdown", source), csv = rendered("csv", source),
                    go = rendered("benchfmt", source), html = rendered("html", source);
  for (size_t variant = 0; variant < source.report.variants.size(); ++variant) {
    const std::string& name = source.recording().variants[variant].name;
    const double median_s = *source.report.timings[variant].median_s;
    CHECK(report["variants"][variant]["median_iteration_s"] == median_s);
    CHECK(has(markdown, format_value(median_s, Unit::kIterationSeconds)));
    CHECK(has(html, format_value(median_s, Unit::kIterationSeconds)));
    std::vector<double> times;
    for (const auto& run : runs)
      if (std::string(run["name"]).ends_with("/" + name)) {
        times.push_back(run["real_time"]);
        CHECK(has(go, "variant=" + name + "-4 " + std::to_string(int(run["iterations"])) + " " +
                          fmt::format("{} ns/op", times.back())));
        CHECK(has(csv, fmt::format("{},time,{},0,wall_time,ns,{}", name,
                                   int(run["repetition_index"]), times.back())));
      }
    REQUIRE(times.size() == 10);
    std::ranges::sort(times);
    CHECK((times[4] + times[5]) / 2 == Approx(median_s * 1e9).epsilon(1e-12));
  }
  for (const auto& table : report["tables"])
    if (table["id"] == "memory")
      for (const auto& row : table["rows"])
        if (row["role"] == "total")
          for (const auto& figure : row["figures"])
            CHECK(has(markdown, format_value(figure["value"], Unit::kMegabytes)));
}

TEST_CASE("allocations are equal in the table of memory, its JSON and benchfmt") {
  const Export source = hostile_export();
  const json report = json::parse(rendered("json", source));
  const auto runs = allocation_runs(*source.measured);
  REQUIRE(runs.size() == 2);
  for (size_t variant = 0; variant < runs.size(); ++variant) {
    const double total_mb =
        *runs[variant].bytes * static_cast<double>(runs[variant].iterations) / 1e6;
    CHECK(has(rendered("benchfmt", source), fmt::format(" {} B/op", *runs[variant].bytes)));
    for (const auto& table : report["tables"])
      if (table["id"] == "memory")
        for (const auto& row : table["rows"])
          if (row["role"] == "total") CHECK(row["figures"][variant]["value"] == Approx(total_mb));
    const std::string words = format_value(total_mb, Unit::kMegabytes);
    CHECK(has(rendered("markdown", source), "| **Total Allocation** | "));
    CHECK(has(section(rendered("markdown", source), "## Memory Allocation Summary"), words));
    CHECK(has(rendered("html", source), words));
  }
}

TEST_CASE("the verdict's ratio is equal in markdown, html, json and junit") {
  profiles::Recording slower = realistic_recording();
  std::swap(slower.variants[0], slower.variants[1]);
  slower.baseline = "pool";
  const Export source = make_export(slower);
  const auto& pairs = source.report.pairs[1];
  REQUIRE(pairs.ratio);
  const json told = json::parse(rendered("json", source))["variants"][1]["wall_against_baseline"];
  CHECK(told["ratio"] == *pairs.ratio);
  CHECK(told["low"] == *pairs.low);
  CHECK(told["high"] == *pairs.high);
  const std::string words = ratio_words(pairs);
  CHECK(words.size() > 5);
  for (const char* format : {"markdown", "html", "junit"}) {
    INFO(format);
    CHECK(has(rendered(format, source), words));
  }
}

TEST_CASE("counters beyond 2^53 are exact in CSV and where equal work is told") {
  profiles::Recording recording = realistic_recording();
  for (auto& block : recording.blocks)
    block.work = {{"beyond", (int64_t{1} << 53) + 1}, {"most", INT64_MAX}};
  const Export source = make_export(recording);
  const std::string csv = rendered("csv", source);
  CHECK(has(csv, "work.beyond,count,9007199254740993\n"));
  CHECK(has(csv, "work.most,count,9223372036854775807\n"));
  CHECK(has(source.report.same_work.sentence, "9,007,199,254,740,993 beyond"));
}

TEST_CASE("benchfmt: no white space of Unicode and no slash is left in a name") {
  Export source = hostile_export();
  profiles::Recording renamed = source.recording();
  renamed.workload.scenario = "a b\u00a0c\u2003d/e\u3000f";
  source.measured = std::make_shared<const Measured>(renamed);
  CHECK(has(rendered("benchfmt", source), "BenchmarkWinnow/workload=a_b_c_d_e_f/variant="));
  renamed.workload.scenario = "a\u2028b";
  source.measured = std::make_shared<const Measured>(renamed);
  CHECK_FALSE(has(rendered("benchfmt", source), "\u2028"));
}

TEST_CASE("an unknown format is an error that names those there are") {
  CHECK_THROWS_AS(format_named("yaml"), base::UsageError);
  try {
    format_named("yaml");
  } catch (const base::Error& error) {
    for (const Format& format : formats()) CHECK(has(error.what(), format.name));
  }
  for (const Format& format : formats()) CHECK(has(list_of_formats(), format.name));
}

TEST_CASE("a recording without call stacks says so in each format that is made of them") {
  Export source = hostile_export();
  source.stacks.assign(2, {});
  source.variant = 0;
  for (const Format& format : formats()) {
    if (format.needs != Format::kStacks && format.needs != Format::kClock) continue;
    INFO(format.name);
    try {
      format.render(source);
      FAIL("it rendered nothing without an error");
    } catch (const base::Error& error) {
      CHECK(has(error.what(), "unavailable: the recording has no call stacks"));
    }
  }
}

TEST_CASE("perfetto: without a timeline it says why") {
  Export source = hostile_export();
  source.pictures.variants[0].timeline = {{}, "the recording holds no timeline"};
  source.variant = 0;
  CHECK_THROWS_WITH(rendered("perfetto", source),
                    "perfetto: spawn: unavailable: the recording holds no timeline");
}

TEST_CASE("a format of one variant asks which") {
  Export source = hostile_export();
  CHECK_THROWS_WITH(rendered("pprof", source),
                    "pprof: holds one variant: choose with --variant, of spawn, pool");
  source.variant = 1;
  CHECK(rendered("pprof", source).substr(0, 2) == "\x1f\x8b");
}

TEST_CASE("junit: slower fails, faster and within the noise pass, void is an error") {
  const auto verdict = [](profiles::Recording recording) {
    return export_junit(make_export(recording));
  };
  CHECK(has(verdict(realistic_recording()), "failures=\"0\" errors=\"0\" skipped=\"0\""));
  profiles::Recording slower = realistic_recording();
  std::swap(slower.variants[0], slower.variants[1]);
  slower.baseline = "pool";
  CHECK(has(verdict(slower), "<failure type=\"slower\""));
  profiles::Recording changed = realistic_recording();
  for (auto& block : changed.blocks)
    if (block.variant == "pool") block.work["tokens"] += 1;
  CHECK(has(verdict(changed), "<error type=\"void\""));
  profiles::Recording few = realistic_recording();
  std::erase_if(few.blocks, [](const auto& block) {
    return block.pass == profiles::Pass::time && block.index > 2;
  });
  CHECK(has(verdict(few), "too few pairs"));
}

TEST_CASE("top shows as many functions as asked for, in bars, coloured only when asked") {
  const Export source = hostile_export();
  TopOptions options;
  options.functions = 3;
  const std::string plain = top(*source.measured, source.report, 0, options);
  CHECK(lines_of(plain) == 4);
  CHECK_FALSE(has(plain, "\x1b"));
  CHECK(has(plain, "60.90%"));  // 271 of 445 samples
  options.colour = true;
  CHECK(has(top(*source.measured, source.report, 0, options), "\x1b[32m"));
  options.colour = false;
  options.columns = 60;
  CHECK(has(top(*source.measured, source.report, 1, options), "%"));
}

TEST_CASE("recordings side by side: names are told apart, blocks are not paired") {
  const auto merged = merge({{"a", realistic_recording(), "spawn"},
                             {"b", realistic_recording(), "spawn"},
                             {"b", realistic_recording(), "pool"}});
  REQUIRE(merged.recording.variants.size() == 3);
  CHECK(merged.recording.variants[1].name == "spawn-2");
  CHECK(merged.recording.variants[1].label == "Fine-Grained-2");
  CHECK(merged.origins.at("spawn-2").folder == "b");
  CHECK(merged.origins.at("spawn-2").variant == "spawn");
  CHECK(merged.recording.profiles.count("spawn-2") == 1);
  const Export source = make_export(merged.recording);
  REQUIRE(source.report.pairs.size() == 3);
  CHECK(source.report.pairs[1].unpaired());
  CHECK(source.report.pairs[1].evidence == Evidence::kNoise);
  CHECK(source.report.pairs[1].p == 1);
  CHECK(source.report.pairs[2].evidence == Evidence::kProven);
  CHECK(*source.report.pairs[2].ratio == Approx(1.675).epsilon(0.01));
  const std::string text = export_markdown(source);
  CHECK(has(text, "unpaired (Mann-Whitney)"));
  CHECK(has(text, "10 blocks against 10, unpaired"));
  CHECK(merged.alarms.empty());
}

TEST_CASE("recordings side by side: a round that one run repeated is none of the other's") {
  const auto indexes = [](const profiles::Recording& recording, const char* variant) {
    std::vector<int> all;
    for (const auto* block : comparable_blocks(recording, variant, profiles::Pass::time))
      all.push_back(block->index);
    return all;
  };
  const profiles::Recording plain = realistic_recording();
  profiles::Recording repeated = plain;
  const std::vector<int> rounds = indexes(plain, "spawn");
  REQUIRE(rounds.size() == 10);
  std::vector<profiles::Block> again;
  for (const profiles::Block& block : plain.blocks)
    if (block.pass == profiles::Pass::time && block.index < 2) {
      again.push_back(block);
      again.back().rerun_of = block.index;
      again.back().index += 10;
      // Of round 1 the repetition was disturbed, too, while it was the other variant's turn.
      if (block.index == 1 && block.variant == "pool") again.back().disturbed = "steal 3.0%";
    }
  repeated.blocks.insert(repeated.blocks.end(), again.begin(), again.end());
  const std::vector<int> compared{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  CHECK(indexes(repeated, "spawn") == compared);
  const auto merged = merge({{"a", repeated, "spawn"}, {"b", plain, "spawn"}}).recording;
  CHECK(indexes(merged, "spawn") == compared);
  CHECK(indexes(merged, "spawn-2") == rounds);
  const auto other_way = merge({{"a", plain, ""}, {"b", repeated, "pool"}}).recording;
  CHECK(indexes(other_way, "pool") == rounds);
  CHECK(indexes(other_way, "pool-2") == compared);
}

TEST_CASE("recordings side by side: other machines, models and workloads are told loudly") {
  profiles::Recording other = realistic_recording();
  other.machine[0].value = "another CPU";
  other.model->name = "another model";
  other.workload.threads = 8;
  const auto merged = merge({{"a", realistic_recording(), ""}, {"b", other, ""}});
  std::string warnings;
  for (const auto& alarm : merged.alarms) warnings += alarm + "\n";
  for (const char* what : {"DIFFERENT MACHINES", "DIFFERENT MODELS", "DIFFERENT WORKLOADS"})
    CHECK(has(warnings, what));
  CHECK(merged.recording.variants.size() == 4);
  CHECK_THROWS_AS(merge({{"a", realistic_recording(), "none"}}), base::UsageError);
  CHECK_THROWS_AS(merge({}), base::UsageError);
}

TEST_CASE("Mann-Whitney: p of published and extreme samples") {
  const std::vector<double> low{1, 2, 3, 4, 5}, high{6, 7, 8, 9, 10};
  CHECK(mann_whitney_p(low, high) == Approx(2.0 / 252));
  CHECK(mann_whitney_p(high, low) == Approx(2.0 / 252));
  CHECK(mann_whitney_p(low, low) == 1);
  CHECK(mann_whitney_p(low, {}) == 1);
  // Hollander, Wolfe and Chicken, example 4.1: W = 30, that is U = 15 of 50.
  const std::vector<double> term{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46},
      early{1.15, 0.88, 0.90, 0.74, 1.21};
  CHECK(mann_whitney_p(term, early) == Approx(2 * 0.127).epsilon(0.01));
  std::vector<double> many, more;
  for (int i = 0; i < 60; ++i) {
    many.push_back(i);
    more.push_back(i + 30.5);
  }
  CHECK(mann_whitney_p(many, more) < 1e-6);
}

}  // namespace winnow::reports
