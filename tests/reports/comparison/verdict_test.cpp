#include "reports/comparison/verdict.h"

#include "reports/comparison/comparison.h"
#include "reports/figures/format.h"
#include "reports/pages/html_page.h"
#include "reports/pages/markdown.h"
#include "reports/statistics/significance.h"
#include "tests/catch.h"
#include "tests/reports/samples/samples.h"
#include "tests/text.h"

namespace winnow::reports {

namespace {

// The seed's recording with other times: one block each, of two iterations.
profiles::Recording timed(const std::vector<double>& fine, const std::vector<double>& coarse) {
  profiles::Recording recording = seed_recording();
  recording.blocks.clear();
  add_blocks(recording, "fine", fine, 2);
  add_blocks(recording, "coarse", coarse, 2);
  return recording;
}

const std::vector<double> kNoiseA = {1.00, 1.02, 0.99, 1.01, 1.03, 0.98, 1.00, 1.01};
const std::vector<double> kNoiseB = {1.01, 1.00, 1.00, 1.00, 1.02, 0.99, 1.01, 0.99};

}  // namespace

TEST_CASE("reversed figures turn every sentence round") {
  const Report data = make_report(reversed_seed_recording());
  const std::string report = to_markdown(data);
  INFO(report);
  const std::string summary = section(report, "## Performance Summary");
  // 434.03 / 323.01 - 1 = 34.4% slower; 323.01 / 434.03 - 1 = -25.6%.
  CHECK(has(table_row(summary, "**Total Duration**"), "**34.4% slower** (+111.02s)"));
  CHECK(has(table_row(summary, "**Throughput**"), "**25.6% decrease**"));
  CHECK(has(summary, "0 of 10 pairs were faster"));
  CHECK(has(table_row(report, "`pthread_cond_wait`"), "+19.11s (+4.6%)"));
  CHECK(has(table_row(report, "`MultiHeadAttentionWithScale`"), "-6.19s (-43.2%)"));
  CHECK(has(table_row(report, "**Total Allocation**"), "+70 MB (+1.0%)"));
  CHECK(has(report, "compute functions cost 20.6% more CPU for the same work"));
  CHECK(has(report, "functions that cost more CPU for the same work: dotProductSDOTAsm"));
  CHECK(has(report, "total allocation rose by 70 MB"));
  CHECK(has(report,
            "searching rose by 17.81s (4.3%), waiting rose by 19.11s (4.6%), signalling "
            "fell by 20.57s (11.9%)"));
  CHECK(has(report, "**Increase: ~9,600x as many thread creations"));
  const std::string winner = section(report, "## Winner");
  CHECK(winner.starts_with("## Winner: Fine-Grained\n"));
  CHECK(has(winner, "1.34x as fast by Hodges-Lehmann"));
  CHECK(has(winner, "~9,600x fewer thread creations"));
  CHECK(has(winner, "1.0% less memory allocation"));
  CHECK(has(winner, "0.2% more scheduler overhead"));
  CHECK(has(winner, "Keep Fine-Grained (variant fine)"));
  CHECK(!has(report, "% faster"));
}

TEST_CASE("noise has no winner") {
  const std::string report = to_markdown(make_report(timed(kNoiseA, kNoiseB)));
  INFO(report);
  CHECK(has(section(report, "## Winner"), "no clear winner (~)"));
  CHECK(has(section(report, "## Winner"), ": not proven: "));
  CHECK(has(table_row(report, "**Total Duration**"), "| ~ "));
  CHECK(has(table_row(report, "**Total Duration**"), "p = "));
  CHECK(!has(report, "clear winner against"));
  CHECK(!has(report, "**0."));
}

TEST_CASE("the total is what passed, and the average is its mean") {
  auto recording = timed(std::vector(8, 0.4), std::vector(8, 0.4));
  recording.blocks.clear();
  add_blocks(recording, "fine", {0.4}, 10);
  add_blocks(recording, "coarse", {0.4}, 10);
  recording.blocks.front().iteration_wall_ns.back() = 5'000'000'000;
  const Report report = make_report(recording);
  const Timing& timing = report.timings.front();
  CHECK(timing.total_s == Approx(8.6));
  CHECK(*timing.iteration_s * static_cast<double>(timing.iterations) == Approx(timing.total_s));
  const std::string text = to_markdown(report);
  CHECK(has(table_row(text, "**Total Duration**"), "| 8.60s | 4.00s |"));
  CHECK(has(table_row(text, "**Avg Time/Iteration**"), "| 860ms | 400ms |"));
  CHECK(has(table_row(text, "**Median Time/Iteration**"), "| 400ms | 400ms |"));
}

TEST_CASE("means, medians and pairs must favour the same variant") {
  const std::vector<double> fine(10, 1.0);
  const std::vector<double> slower(10, 1.01);
  SECTION("the mean of the slower one is better by one long iteration of the other") {
    auto recording = timed(fine, slower);
    recording.blocks.front().iteration_wall_ns.assign(3, 1'000'000'000);
    recording.blocks.front().iteration_wall_ns.back() = 9'000'000'000;
    for (profiles::Block& block : recording.blocks) {
      if (block.iteration_wall_ns.size() == 2)
        block.iteration_wall_ns.push_back(block.iteration_wall_ns.front());
    }
    const Report report = make_report(recording);
    CHECK(report.pairs[1].slower == 10);
    CHECK(report.pairs[1].conflict);
    CHECK(report.verdict.outcome == Verdict::kNoClearWinner);
    const std::string text = to_markdown(report);
    CHECK(has(section(text, "## Winner"),
              "the mean favours Coarse-Grained, the median Fine-Grained, 10 of 10 pairs "
              "Fine-Grained (p = 0.002): a winner needs all of them"));
    CHECK(!has(section(text, "## Winner"), "disagree"));
    CHECK(has(table_row(text, "**Total Duration**"),
              "~ 20.3% faster (-7.70s, p = 0.002, but mean, median and pairs"));
  }
  SECTION("they agree") {
    CHECK(make_report(timed(slower, fine)).verdict.outcome == Verdict::kWinner);
  }
}

TEST_CASE("the size of a difference has one figure: the ratio with its interval") {
  profiles::Recording recording = realistic_recording();
  // A tail, so that means, medians and pairs are of different sizes.
  for (profiles::Block& block : recording.blocks)
    if (block.pass == profiles::Pass::time && block.variant == "spawn")
      block.iteration_wall_ns.front() *= 1 + block.index;
  const Report report = make_report(recording);
  REQUIRE(report.verdict.outcome == Verdict::kWinner);
  const std::string ratio = ratio_words(report.verdict.pairs);
  const auto percent_of = [](std::string text) {
    for (size_t at; (at = text.find("99% CI")) != std::string::npos;) text.erase(at, 7);
    return has(text, "%");
  };
  std::vector<std::string> with_percent;
  for (const Row& row : report.performance.rows) {
    const DeltaCell delta = format_row(row).deltas[1];
    if (percent_of(delta.strong + delta.text)) with_percent.push_back(row.name);
    if (row.name == "Median Time/Iteration") CHECK(delta.strong == ratio);
  }
  CHECK(with_percent == std::vector<std::string>{"Total Duration", "Avg Time/Iteration",
                                                 "Avg Time/Text", "Throughput"});
  CHECK(report.performance.delta_heading == "Improvement (%: mean of all iterations)");
  CHECK(has(report.verdict.bullets.front(), ratio.substr(0, ratio.find(',')) +
                                                " as fast by Hodges-Lehmann" +
                                                ratio.substr(ratio.find(','))));
  CHECK_FALSE(percent_of(report.verdict.bullets.front()));
  CHECK(has(to_html(report, {}), "<b>" + ratio.substr(0, ratio.find(',')) + "</b>"));
}

TEST_CASE("CPU time is compared by the same test, block by block") {
  auto recording = timed(std::vector(8, 4.0), std::vector(8, 3.0));
  const auto set_cpu = [&](int64_t fine_ns, int64_t coarse_ns, int64_t alternating_ns) {
    for (profiles::Block& block : recording.blocks) {
      block.region = profiles::Region{};
      const int64_t cpu_ns = block.variant == "fine" ? fine_ns : coarse_ns;
      block.region->user_ns = cpu_ns + (block.variant == "fine" ? 0
                                        : block.index % 2       ? alternating_ns
                                                                : -alternating_ns);
      block.region->system_ns = 0;
    }
  };
  set_cpu(20'000'000'000, 20'010'000'000, 500'000'000);
  std::string text = to_markdown(make_report(recording));
  INFO(text);
  CHECK(has(table_row(text, "CPU Time/Iteration"), "~ 1.000x, 99% CI "));
  CHECK(has(table_row(text, "**Total CPU time**"), "| ~ -33.20s"));
  CHECK(has(text, "the region's CPU time: no proven difference"));
  CHECK(!has(section(text, "## Winner"), "CPU time (an iteration's"));  // no cause
  set_cpu(20'000'000'000, 19'000'000'000, 0);
  text = to_markdown(make_report(recording));
  CHECK(has(table_row(text, "CPU Time/Iteration"),
            "| **1.053x, 99% CI 1.053x to 1.053x** (-0.500s) |"));
  CHECK(has(section(text, "## Winner"), "5.0% less CPU time (an iteration's"));
}

TEST_CASE("an unrecorded number of texts is unknown, not zero") {
  auto recording = seed_recording();
  recording.workload.items_per_iteration = 0;
  const std::string text = to_markdown(make_report(recording));
  INFO(text);
  CHECK(has(text, "For batches of an unknown number of texts on 8 threads"));
  CHECK(has(text, "an iteration being an unknown number of texts"));
  CHECK(has(table_row(section(text, "### Thread Creations"), "**Fine-Grained**"),
            "| unavailable | unavailable | 16 threads × 150 matmuls × an unknown number of texts"));
  CHECK(!has(text, " 0 texts"));
  CHECK(!has(text, "~0"));
}

TEST_CASE("few pairs prove nothing, and the report says how many are needed") {
  const Report report = make_report(timed(std::vector(7, 4.0), std::vector(7, 3.0)));
  CHECK(report.verdict.outcome == Verdict::kUnproven);
  CHECK(report.pairs[1].needed == 8);
  const std::string text = to_markdown(report);
  CHECK(has(section(text, "## Winner"), "no clear winner (~)"));
  CHECK(has(section(text, "## Winner"), "unproven: 7 pairs of blocks, at least 8 are needed"));
  CHECK(has(table_row(text, "**Total Duration**"), "~ 25.0% faster (-14.00s, unproven, 7 pairs)"));
  CHECK(make_report(timed(std::vector(8, 4.0), std::vector(8, 3.0))).verdict.outcome ==
        Verdict::kWinner);
}

TEST_CASE("only blocks that ended well count, and only pairs of the same index") {
  auto recording = timed({4, 4, 4, 4, 4, 4}, {3, 3, 3, 3, 3, 3});
  recording.blocks.back().failure = "signal 11";
  const Report report = make_report(recording);
  CHECK(report.pairs[1].count() == 5);
  CHECK(report.verdict.outcome == Verdict::kUnproven);
  const std::string text = to_markdown(report);
  CHECK(has(section(text, "## Warnings"), "coarse, time block 5: signal 11"));
  // Twelve iterations against ten: no total is compared.
  CHECK(table_row(text, "**Total Duration**").empty());
  CHECK(has(text, "Total Duration is left out"));
}

TEST_CASE("a block that took no time by its program's clock has no ratio, which is told") {
  auto recording = timed({4, 4, 4, 4, 4, 4}, {3, 3, 3, 3, 3, 3});
  recording.blocks.back().iteration_wall_ns.assign(2, 0);
  const Report one = make_report(recording);
  CHECK(one.pairs[1].count() == 5);
  const std::string text = to_markdown(one);
  INFO(text);
  CHECK(has(section(text, "## Warnings"),
            "in 1 of 6 blocks of the time pass the median iteration took 0 ns by the program's "
            "clock: they are left out of the times"));
  for (auto& block : recording.blocks)
    if (block.variant == "coarse") block.iteration_wall_ns.assign(2, 0);
  const Report all = make_report(recording);
  CHECK(all.verdict.outcome != Verdict::kWinner);
  CHECK(has(to_markdown(all), "unavailable: it took no time by the program's clock"));
}

TEST_CASE("different work voids the comparison") {
  struct Fault {
    void (*plant)(profiles::Block&);
    const char* report;
  };
  const Fault faults[] = {
      {[](profiles::Block& block) { --block.work["tokens"]; }, "tokens: 6,720 ("},
      {[](profiles::Block& block) { block.checksum = "0badbeef"; },
       "output checksum: 9f86d081884c7d65 ("},
      {[](profiles::Block& block) { block.isa = "avx2"; }, "instruction set: avx512\\_vnni ("},
      {[](profiles::Block& block) { block.work.erase("tokens"); }, "against not counted"},
      {[](profiles::Block& block) { block.work["pages"] = 3; }, "pages: not counted"}};
  for (const Fault& fault : faults) {
    auto recording = seed_recording();
    fault.plant(recording.blocks.back());
    const Report report = make_report(recording);
    CHECK(report.verdict.outcome == Verdict::kVoid);
    const std::string text = to_markdown(report);
    INFO(text);
    CHECK(has(text, "> **WARNING: COMPARISON VOID:**"));
    CHECK(has(text, fault.report));
    CHECK(has(table_row(text, "**Total Duration**"), "| void |"));
    CHECK(has(table_row(text, "Cores Busy"), "| void |"));
    CHECK(has(text, "## Winner: none (comparison void)"));
    CHECK(!has(text, "faster ("));
    CHECK(!has(text, " were faster"));
    CHECK(!has(text, "for the same work:"));
    for (const char* conclusion : {" fell by ", " rose by ", "Reduction: ", "did not change"}) {
      INFO(conclusion);
      CHECK(!has(text, conclusion));
    }
    CHECK(has(text, "cannot be compared"));
  }
}

TEST_CASE("work that nobody counted is no proof") {
  auto recording = seed_recording();
  for (profiles::Block& block : recording.blocks) block.work.clear(), block.checksum.clear();
  const Report report = make_report(recording);
  CHECK(report.same_work.status == SameWork::kUnproven);
  CHECK(report.verdict.outcome == Verdict::kVoid);
  for (profiles::Block& block : recording.blocks) block.checksum = "00ff";
  CHECK(make_report(recording).verdict.outcome == Verdict::kWinner);
  for (profiles::Block& block : recording.blocks) block.checksum.clear(), block.work["tokens"] = 0;
  CHECK(make_report(recording).verdict.outcome == Verdict::kVoid);
}

TEST_CASE("with three variants the winner must beat both others") {
  auto recording = timed(std::vector(10, 4.0), std::vector(10, 3.0));
  recording.variants.push_back({"steal", "", "", "", "", true, {}, {}});
  add_blocks(recording, "steal", std::vector(10, 2.0), 2);
  Report report = make_report(recording);
  CHECK(report.verdict.outcome == Verdict::kWinner);
  CHECK(report.verdict.winner == 2);
  CHECK(report.verdict.rival == 0);
  CHECK(report.pairs[1].needed == 9);  // 2 / 2^9 <= 0.01 / 2
  const std::string text = to_markdown(report);
  CHECK(has(
      text,
      "| Metric | Baseline (Fine-Grained) | Candidate (Coarse-Grained) | Improvement (%: mean of "
      "all iterations) | Candidate (steal) | Improvement (%: mean of all iterations) |"));
  for (profiles::Block& block : recording.blocks)
    if (block.variant == "steal")
      block.iteration_wall_ns.assign(2, block.index % 2 ? 2'900'000'000 : 3'050'000'000);
  report = make_report(recording);
  CHECK(report.verdict.outcome == Verdict::kTie);
}

TEST_CASE("without a timed baseline the winner stands against the next fastest") {
  auto recording = timed(std::vector(10, 4.0), std::vector(10, 3.0));
  recording.variants.push_back({"steal", "", "", "", "", true, {}, {}});
  add_blocks(recording, "steal", std::vector(10, 2.0), 2);
  for (profiles::Block& block : recording.blocks)
    if (block.variant == recording.baseline) block.iteration_wall_ns.assign(2, 0);
  const Report report = make_report(recording);
  REQUIRE(report.verdict.outcome == Verdict::kWinner);
  CHECK(report.verdict.winner == 2);
  CHECK(report.verdict.rival == 1);
}

TEST_CASE("the verdict and the ranking prove the same") {
  auto recording = timed(std::vector(10, 4.0), std::vector(10, 3.0));
  recording.variants.push_back({"steal", "", "", "", "", true, {}, {}});
  // The smallest difference of ten points the other way: p = 0.004, enough behind two of 0.002.
  std::vector<double> close{3.0001};
  for (int i = 1; i < 10; ++i) close.push_back(3.0 - 0.01 * i);
  add_blocks(recording, "steal", close, 2);
  const Report report = make_report(recording);
  CHECK(report.ranking.ranks.at(0).places == Places{1, 1});
  CHECK(report.ranking.ranks.at(1).places == Places{2, 2});
  CHECK(report.verdict.outcome == Verdict::kWinner);
  CHECK(report.verdict.winner == 2);
}

TEST_CASE("three variants are ranked, those that the noise does not tell apart alike") {
  auto recording = timed(std::vector(10, 4.0), std::vector(10, 3.0));
  recording.variants.push_back({"steal", "", "", "", "", true, {}, {}});
  std::vector<double> near;
  for (int i = 0; i < 10; ++i) near.push_back(i % 2 ? 2.95 : 3.04);
  add_blocks(recording, "steal", near, 2);
  const Report report = make_report(recording);
  REQUIRE(report.ranking.ranks.size() == 3);
  CHECK(report.ranking.ranks[0].variant == 2);
  CHECK(report.ranking.ranks[0].places == Places{1, 2});
  CHECK(report.ranking.ranks[1].places == Places{1, 2});
  CHECK(report.ranking.ranks[2].places == Places{3, 3});
  const std::string text = section(to_markdown(report), "### Ranking");
  INFO(text);
  CHECK(has(text, "| 1 to 2 | steal | 2.995s | 1.34x, 99% CI 1.32x to 1.36x | - |"));
  CHECK(has(text, "| 1 to 2 | Coarse-Grained | 3.000s | 1.33x, 99% CI 1.33x to 1.33x | ~ "));
  CHECK(has(text, "| 3 | Fine-Grained | 4.000s | - | 0.75x"));
  CHECK(section(to_markdown(make_report(seed_recording())), "### Ranking").empty());
  recording.blocks.back().checksum = "0badbeef";
  CHECK(make_report(recording).ranking.ranks.empty());
}

// The A/A arm ran as `twin` of the baseline, which took 4 s an iteration.
profiles::Recording with_twin(double candidate_s, const std::vector<double>& twin) {
  auto recording = timed(std::vector(twin.size(), 4.0), std::vector(twin.size(), candidate_s));
  recording.twin = "fine-twin";
  add_blocks(recording, "fine-twin", twin, 2);
  return recording;
}

TEST_CASE("the A/A arm tells the smallest detectable effect and is no variant") {
  std::vector<double> twin;
  for (int i = 0; i < 10; ++i) twin.push_back(i % 2 ? 4.04 : 3.96);
  const auto recording = with_twin(3, twin);
  const Report report = make_report(recording);
  CHECK(report.verdict.outcome == Verdict::kWinner);
  CHECK(report.alarms.empty());
  // Half of the range is 0.01, the factor of 10 pairs 1.148.
  REQUIRE(report.noise.wall_effect.has_value());
  CHECK(*report.noise.wall_effect == Approx(0.01154).epsilon(0.01));
  CHECK(!report.noise.cpu_effect);
  const std::string text = to_markdown(report);
  INFO(text);
  CHECK(has(text, "**Smallest detectable effect:** 1.2% in wall time (A/A arm 1.00"));
  CHECK(has(text, "unavailable in CPU time (no pairs of the A/A arm)"));
  CHECK(!has(text, "fine-twin"));
  CHECK(has(to_markdown(make_report(seed_recording())),
            "**Smallest detectable effect:** unavailable (no A/A arm was measured"));
  const Report few = make_report(with_twin(3, std::vector(7, 4.0)));
  CHECK(!few.noise.wall_effect);
  CHECK(has(few.noise.sentence, "unavailable in wall time"));
}

TEST_CASE("of three variants the effect of a winner stands beside that of a row") {
  std::vector<double> twin;
  for (int i = 0; i < 10; ++i) twin.push_back(i % 2 ? 4.04 : 3.96);
  const auto of_three = [](profiles::Recording recording, size_t blocks) {
    recording.variants.push_back({"steal", "", "", "", "", true, {}, {}});
    add_blocks(recording, "steal", std::vector(blocks, 2.0), 2);
    return make_report(recording);
  };
  const Report report = of_three(with_twin(3, twin), 10);
  REQUIRE(report.noise.winner_effect.has_value());
  CHECK(*report.noise.wall_effect == Approx(0.01383).epsilon(0.01));    // factor 1.373
  CHECK(*report.noise.winner_effect == Approx(0.01620).epsilon(0.01));  // factor 1.607
  CHECK(has(report.noise.sentence,
            "at 99% confidence over 2 comparisons and 90% power; a winner among 3 variants: 1.6% "
            "in wall time"));
  CHECK(!make_report(with_twin(3, twin)).noise.winner_effect);
  twin.pop_back();  // 9 pairs prove a row, no winner
  const Report few = of_three(with_twin(3, twin), 9);
  CHECK(few.noise.wall_effect);
  CHECK(!few.noise.winner_effect);
  CHECK(has(few.noise.sentence, "a winner among 3 variants: unavailable (too few pairs)"));
}

TEST_CASE("an A/A arm that differs is told first, and no smaller difference wins") {
  const std::vector<double> slower(10, 4.4);
  const Report small = make_report(with_twin(3.8, slower));
  CHECK(small.verdict.outcome == Verdict::kNoClearWinner);
  CHECK(small.pairs[1].within_bias);
  const std::string text = to_markdown(small);
  INFO(text);
  CHECK(has(text,
            "> **WARNING:** THE A/A ARM DIFFERS: Fine-Grained and its A/A arm differ in wall "
            "time: 0.909x, 99% CI 0.909x to 0.909x (10 pairs, p = 0.002)"));
  CHECK(text.find("THE A/A ARM") < text.find("## Performance Summary"));
  CHECK(has(section(text, "## Winner"), "no more than Fine-Grained and its A/A arm differ"));
  CHECK(has(table_row(text, "**Total Duration**"), "| ~ 5.0% faster"));
  CHECK(make_report(with_twin(3.5, slower)).verdict.outcome == Verdict::kWinner);
  CHECK(make_report(with_twin(4.3, slower)).verdict.outcome == Verdict::kNoClearWinner);
}

TEST_CASE("wall and CPU time of the A/A arm are one family: an alarm takes 1% over both") {
  const auto recording = [](const std::vector<double>& wall_s, const std::vector<double>& cpu_s) {
    auto both = with_twin(3, wall_s);
    for (auto& block : both.blocks) {
      const double cpu = block.variant == "fine-twin" ? cpu_s[block.index] : 8;
      block.region = profiles::Region{1, std::llround(cpu * 2e9), 0, {}, {}, {}, {}};
    }
    return both;
  };
  // Ranks 1, or 1 and 2, of ten point the other way: p = 4 / 1024 and 10 / 1024.
  const std::vector<double> wall{3.99, 3.98, 4.1, 4.2, 4.3, 4.4, 4.5, 4.6, 4.7, 4.8};
  std::vector<double> none(10, 8), all, one{7.99};
  for (int i = 1; i <= 10; ++i) all.push_back(8 + 0.1 * i);
  for (int i = 2; i <= 10; ++i) one.push_back(8 + 0.1 * i);

  const Report alone = make_report(recording(wall, none));
  CHECK(alone.noise.wall.p == Approx(10.0 / 1024));
  CHECK(alone.noise.wall.adjusted_p == Approx(20.0 / 1024));
  CHECK(alone.noise.wall.decided());  // by itself
  CHECK(alone.alarms.empty());

  const Report cpu = make_report(recording(std::vector(10, 4.0), one));
  CHECK(cpu.noise.cpu.adjusted_p == Approx(8.0 / 1024));
  REQUIRE(cpu.alarms.size() == 1);
  CHECK(has(cpu.alarms[0], "differ in CPU time: "));
  CHECK(has(cpu.alarms[0], "(10 pairs, p = 0.008 over both)"));

  const Report both = make_report(recording(wall, all));
  CHECK(both.noise.cpu.adjusted_p == Approx(4.0 / 1024));
  CHECK(both.noise.wall.adjusted_p == Approx(10.0 / 1024));
  REQUIRE(both.alarms.size() == 1);
  CHECK(has(both.alarms[0], "p = 0.010 over both); CPU time: "));
}

TEST_CASE("a quick look names no winner") {
  auto recording = timed(std::vector(10, 4.0), std::vector(10, 3.0));
  recording.missing.push_back({"", std::nullopt, "a quick look (--no-verdict)"});
  const Report report = make_report(recording);
  CHECK(report.verdict.outcome == Verdict::kUnavailable);
  CHECK(has(to_markdown(report), "## Winner: none (a quick look)"));
}

TEST_CASE("other work of the A/A arm voids the comparison, too") {
  auto recording = with_twin(3, std::vector(10, 4.0));
  recording.blocks.back().checksum = "0badbeef";
  const Report report = make_report(recording);
  CHECK(report.verdict.outcome == Verdict::kVoid);
  CHECK(has(to_markdown(report), "fine-twin, time block 9"));
}

TEST_CASE("no profile table of a void comparison shows a difference") {
  auto recording = realistic_recording();
  recording.blocks.back().checksum = "0badbeef";
  const std::string text = to_markdown(make_report(recording));
  INFO(text);
  const std::pair<const char*, const char*> rows[] = {
      {"### CPU Time by Category", "**Total CPU time**"},
      {"## Memory Allocation Summary", "**Total Allocation**"},
      {"### Scheduler Metrics", "Thread creations"}};
  for (const auto& [heading, row] : rows) {
    const std::string line = table_row(section(text, heading), row);
    INFO(heading << ": " << line);
    CHECK(has(line, "| void |"));
  }
}

TEST_CASE("the baseline leads wherever it stands in the recording") {
  auto recording = seed_recording();
  std::swap(recording.variants[0], recording.variants[1]);
  CHECK(to_markdown(make_report(recording)) == to_markdown(make_report(seed_recording())));
}

TEST_CASE("with nothing but times every other table says unavailable and why") {
  auto recording = timed(std::vector(8, 4.0), std::vector(8, 3.0));
  recording.profiles.clear();
  recording.model = profiles::Model{"a model", "", {}, {}};
  for (auto& variant : recording.variants) variant.thread_terms.reset();
  recording.missing = {{"", profiles::Pass::cpu, "libprofiler is not installed"},
                       {"fine", profiles::Pass::heap, "time limit of 60 s"}};
  const std::string text = to_markdown(make_report(recording));
  INFO(text);
  for (const char* heading : {"### Scheduler Overhead", "### Compute Functions",
                              "### CPU Time by Category", "### Cumulative Time"})
    CHECK(has(section(text, heading), "Fine-Grained: unavailable: libprofiler is not installed"));
  CHECK(has(section(text, "## Memory Allocation Summary"),
            "Fine-Grained: unavailable: time limit of 60 s"));
  CHECK(has(section(text, "## Memory Allocation Summary"),
            "Coarse-Grained: unavailable: the heap pass was not run"));
  for (const char* heading : {"### Wall Profile", "### Thread Creations", "### Threads",
                              "### Scheduler Metrics", "## Ledger of Core-Seconds"})
    CHECK_FALSE(has(text, std::string("\n") + heading + "\n"));
  CHECK(has(section(text, "## Missing"),
            "- passes that were not run, whose tables are left out: wall, sync\n"));
  CHECK(has(table_row(text, "CPU Time/Iteration"), "| unavailable | unavailable | unavailable |"));
  CHECK(has(section(text, "## Winner"), "no cause is proven: "));
  CHECK(
      has(section(text, "## Winner"),
          "unavailable, so that it is no reason: CPU time, scheduler overhead, CPU time in compute "
          "functions, thread creations, memory allocation"));
  CHECK(has(section(text, "## Winner"), "1.33x as fast"));
  CHECK(has(section(text, "## Missing"), "all variants, cpu pass: libprofiler is not installed"));
}

TEST_CASE("a recording of nothing is a report, not a crash") {
  for (profiles::Recording recording : {profiles::Recording{}, seed_recording()}) {
    recording.blocks.clear();
    recording.profiles.clear();
    const std::string text = to_markdown(make_report(recording));
    CHECK(has(text, "## Winner: none (comparison void)"));
  }
}

}  // namespace winnow::reports
