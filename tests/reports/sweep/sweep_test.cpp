#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>

#include "base/file.h"
#include "reports/plots/lines.h"
#include "reports/sweep/parts.h"
#include "reports/sweep/plots.h"
#include "reports/sweep/renderers.h"
#include "reports/sweep/same_outputs.h"
#include "reports/sweep/sweep_report.h"
#include "tests/catch.h"
#include "tests/reports/samples/samples.h"
#include "tests/reports/samples/sweep_samples.h"
#include "tests/text.h"

namespace winnow::reports {

using profiles::Condition;
using profiles::Sweep;

namespace {

// "nan" or "inf" as a word: a figure that is no number.
bool has_no_number(const std::string& text) {
  const auto letter = [&](size_t at) {
    return at < text.size() && std::isalpha(static_cast<unsigned char>(text[at]));
  };
  for (const char* word : {"nan", "inf"})
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
      if (!letter(at + 3) && (at == 0 || !letter(at - 1))) return true;
  return false;
}

std::string everything(const SweepReport& report) {
  std::string text = sweep_markdown(report);
  for (const SvgFile& file : sweep_plots(report)) text += file.text;
  return text;
}

// fine / coarse has the log-ratio 0.3 (log2 4 - log2 batch): they are equal at 4.
double crossing_at_4(const std::string& variant, const Condition& at) {
  const double second = 0.001 * at.batch;
  return variant == "fine" ? second : second * std::exp(0.3 * (2 - std::log2(at.batch)));
}

PlantedSweep crossing(double noise, int blocks, uint64_t seed = 1) {
  PlantedSweep planted({"fine", "coarse"}, 4, noise, blocks, seed);
  planted.sweep.variants[0].label = "Fine-Grained";
  planted.sweep.variants[1].label = "Coarse-Grained";
  planted.add_batches("short", {1, 2, 4, 8, 16}, crossing_at_4);
  return planted;
}

void check_golden(const std::string& file, const std::string& text) {
  if (std::getenv("WINNOW_UPDATE_GOLDEN")) base::write_file(file, text);
  CHECK(text == base::read_file(file));
}

}  // namespace

TEST_CASE("a planted crossover at 4 is found, with the sizes between which it lies") {
  const SweepReport report = make_sweep_report(crossing(0.02, 8).sweep);
  const MixAnswer& mix = report.mixes.at(0);
  REQUIRE(mix.crossovers.size() == 1);
  const Crossover& found = mix.crossovers.front();
  CHECK(found.outcome == Crossover::kChange);
  CHECK(*found.batch == Approx(4).epsilon(0.1));
  CHECK(found.low == 2);
  CHECK(found.high == 8);
  CHECK(has(found.words, "Fine-Grained is faster up to 2, Coarse-Grained from 8 on"));
  REQUIRE(mix.choices.size() == 5);
  CHECK(mix.choices[0].best == "Fine-Grained");
  CHECK(*mix.choices[0].margin.value == Approx(std::exp(0.6)).epsilon(0.05));
  CHECK_FALSE(mix.choices[2].clear);
  CHECK(mix.choices[2].best.starts_with("~ "));
  CHECK(mix.choices[4].best == "Coarse-Grained");
  CHECK(mix.choices[4].clear);
  CHECK(has(mix.sentence, "Fine (Fine-Grained) for batches of 1 to 2, "));
  CHECK(has(mix.sentence, "coarse (Coarse-Grained) for batches of 8 to 16"));
  CHECK(has(mix.sentence, "between 2 and 8"));
}

TEST_CASE("without names for fine and coarse the sentence tells the fastest") {
  Sweep sweep = crossing(0.02, 8).sweep;
  sweep.variants[0].label = "Refined";
  sweep.variants[1].label = "b";
  const SweepReport report = make_sweep_report(sweep);
  CHECK(
      report.mixes.at(0).sentence.starts_with("Mix short on 4 threads: the fastest is Refined for "
                                              "batches of 1 to 2 and b for batches of 8 to "
                                              "16. No winner is proven for batches of 4."));
  REQUIRE(report.warnings.size() == 1);
  CHECK(report.warnings[0].starts_with("fine or coarse: unavailable"));
}

TEST_CASE("a planted crossover is found again and again") {
  int found = 0, bracketed = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    const auto report = make_sweep_report(crossing(0.05, 8, seed).sweep);
    const auto crossovers = report.mixes.at(0).crossovers;
    if (crossovers.size() != 1 || crossovers[0].outcome != Crossover::kChange) continue;
    found += std::abs(std::log2(*crossovers[0].batch) - 2) < 0.5;
    bracketed += crossovers[0].low == 2 && crossovers[0].high == 8;  // 4 has no winner
  }
  CHECK(found >= 98);
  CHECK(bracketed >= 88);
}

TEST_CASE("a crossing that no interval proves is noise; one winner throughout has no crossover") {
  PlantedSweep noisy({"a", "b"}, 4, 0.1, 8);
  noisy.add_batches("m", {1, 2}, [](const auto&, const Condition&) { return 0.01; });
  const Crossover noise = make_sweep_report(noisy.sweep).mixes.at(0).crossovers.at(0);
  CHECK(noise.outcome == Crossover::kNoise);
  CHECK_FALSE(noise.batch);

  PlantedSweep one_sided({"a", "b"}, 4, 0.01, 8);
  one_sided.add_batches("m", {1, 2, 4, 8}, [](const std::string& variant, const Condition&) {
    return variant == "a" ? 0.01 : 0.02;
  });
  const Crossover none = make_sweep_report(one_sided.sweep).mixes.at(0).crossovers.at(0);
  CHECK(none.outcome == Crossover::kNotWithin);
  CHECK(has(none.words, "not within the sweep: a is faster throughout"));
}

TEST_CASE("a pair that changes places twice has two crossovers") {
  PlantedSweep planted({"a", "b"}, 4, 0.01, 8);
  planted.add_batches("m", {1, 2, 4}, [](const std::string& variant, const Condition& at) {
    return (variant == "a") == (at.batch == 2) ? 0.02 : 0.01;
  });
  const auto found = make_sweep_report(planted.sweep).mixes.at(0).crossovers;
  REQUIRE(found.size() == 2);
  CHECK(*found[0].batch == Approx(std::sqrt(2)).epsilon(0.05));
  CHECK(*found[1].batch == Approx(2 * std::sqrt(2)).epsilon(0.05));
}

TEST_CASE("too few blocks: every figure and choice says so") {
  const SweepReport report = make_sweep_report(crossing(0.001, 5).sweep);
  for (const Choice& choice : report.mixes.at(0).choices) {
    CHECK_FALSE(choice.clear);
    CHECK(choice.best.starts_with("~ "));
    CHECK(choice.reason == "too few pairs of blocks: an interval needs 6");
  }
  CHECK(report.mixes[0].crossovers.at(0).outcome == Crossover::kNoise);
  const std::string markdown = sweep_markdown(report);
  CHECK(table_row(markdown, "Fine-Grained").starts_with("| Fine-Grained | ~"));
}

TEST_CASE("equal variants are chosen from in fewer than one case of twenty") {
  int chosen = 0, rows = 0;
  PlantedSweep planted({"a", "b", "c"}, 4, 0.05, 8);
  std::vector<int> batches;
  for (int batch = 1; batch <= 400; ++batch) batches.push_back(batch);
  planted.add_batches("m", batches, [](const auto&, const Condition&) { return 0.01; });
  const SweepCells cells(planted.sweep);
  for (int batch : batches) {
    chosen += choose(cells, condition("m", batch, 4)).clear;
    ++rows;
  }
  CHECK(rows == 400);
  CHECK(chosen <= 20);
}

TEST_CASE("a long list of equals is named in full") {
  PlantedSweep planted({"a", "b", "c", "d", "e", "f"}, 4, 0.01, 5);
  planted.add_batches("m", {1}, [](const std::string& variant, const Condition&) {
    return 0.01 + 0.001 * (variant[0] - 'a');
  });
  const Choice choice = make_sweep_report(planted.sweep).mixes.at(0).choices.at(0);
  CHECK(choice.best == "~ a, b, c, d, e or f");
  CHECK(choice.reason == "too few pairs of blocks: an interval needs 6");
}

TEST_CASE("planted scaling: efficiency and coefficients within their intervals") {
  constexpr double kSigma = 0.08, kKappa = 0.02;
  PlantedSweep planted({"a"}, 8, 0.01, 10);
  planted.add_threads("m", 16, {1, 2, 4, 8}, [](const auto&, const Condition& at) {
    return 0.1 * (1 + kSigma * (at.threads - 1) + kKappa * at.threads * (at.threads - 1)) /
           at.threads;
  });
  const SweepReport report = make_sweep_report(planted.sweep);
  REQUIRE(report.scaling.size() == 1);
  const ScalingLine& line = report.scaling[0].lines.at(0);
  REQUIRE(line.usl);
  CHECK(*line.usl->sigma.low <= kSigma);
  CHECK(*line.usl->sigma.high >= kSigma);
  CHECK(*line.usl->kappa.low <= kKappa);
  CHECK(*line.usl->kappa.high >= kKappa);
  CHECK(*line.usl->kappa.high < 2 * kKappa);
  CHECK(*line.usl->peak_threads == Approx(std::sqrt((1 - kSigma) / kKappa)).epsilon(0.1));
  CHECK(line.usl->worst_error < 0.03);
  CHECK(*line.efficiency[0].value == Approx(1).epsilon(0.02));
  CHECK(*line.efficiency[3].value == Approx(1 / (1 + 7 * kSigma + 56 * kKappa)).epsilon(0.03));
  CHECK(*line.efficiency[3].low <= *line.efficiency[3].value);
  CHECK(sweep_markdown(report) == sweep_markdown(make_sweep_report(planted.sweep)));
}

TEST_CASE("without three thread counts, or one thread, there is no fit, and the report says why") {
  const auto seconds = [](const auto&, const Condition& at) { return 0.1 / at.threads; };
  PlantedSweep two({"a"}, 4, 0.01, 8);
  two.add_threads("m", 4, {1, 4}, seconds);
  const SweepReport report = make_sweep_report(two.sweep);
  CHECK_FALSE(report.scaling.at(0).lines.at(0).usl);
  CHECK(has(sweep_markdown(report),
            "- a: unavailable: 2 thread counts measured, the fit needs 3 or more\n"));
  PlantedSweep no_single({"a"}, 4, 0.01, 8);
  no_single.add_threads("m", 4, {2, 3, 4}, seconds);
  const std::string markdown = sweep_markdown(make_sweep_report(no_single.sweep));
  CHECK(has(markdown, "unavailable: not measured on one thread"));
  CHECK(has(markdown, "unavailable: no figure on one thread"));
}

TEST_CASE("fair shares of the cores") {
  const auto share = [](int threads, int neighbours, bool pinned,
                        std::optional<double> quota = {}) {
    Condition at = condition("m", 8, threads);
    at.neighbours = neighbours;
    at.neighbours_pinned = pinned;
    at.cpu_quota = quota;
    return fair_share(at, 4);
  };
  CHECK(share(4, 0, false) == 1);
  CHECK(share(2, 2, false) == 1);  // room for both
  CHECK(share(4, 1, false) == Approx(4.0 / 5));
  CHECK(share(4, 4, false) == Approx(1.0 / 2));
  CHECK(share(8, 4, false) == Approx(8.0 / 12));  // more threads, more of the cores
  CHECK(share(4, 1, true) == Approx(3.5 / 4));
  CHECK(share(2, 2, true) == 1);
  CHECK(share(3, 2, true) == Approx(2.5 / 3));
  CHECK(share(4, 0, false, 1.0) == Approx(1.0 / 4));
  CHECK(share(1, 0, false, 2.0) == 1);
  CHECK(share(4, 4, false, 3.0) == Approx(1.0 / 2));
}

TEST_CASE("a planted collapse under neighbours is named, and who is safe") {
  PlantedSweep planted({"spin", "pool"}, 4, 0.01, 8);
  planted.add(condition("m", 8, 4), [](const auto&, const Condition&) { return 0.01; });
  Condition beside = condition("m", 8, 4);
  beside.neighbours = 1;
  planted.add(beside, [](const std::string& variant, const Condition&) {
    return 0.01 / (variant == "spin" ? 0.1 : 0.78);
  });
  beside.neighbours_pinned = true;
  planted.sweep.cells.push_back({"spin", beside, {}, "affinity is not allowed"});
  const SweepReport report = make_sweep_report(planted.sweep);
  REQUIRE(report.shared.disturbances.size() == 2);
  const Disturbance& first = report.shared.disturbances[0];
  CHECK(first.fair_share == Approx(0.8));
  CHECK(first.lines[0].variant == "pool");
  CHECK(*first.lines[0].kept.value == Approx(0.78).epsilon(0.03));
  CHECK_FALSE(first.lines[0].collapse);
  CHECK(first.lines[1].collapse);
  CHECK(first.choice.best == "pool");
  CHECK(report.shared.sentence.starts_with("Safe: pool; "));
  REQUIRE(report.shared.notes.size() == 1);
  CHECK(report.shared.notes[0].starts_with("spin collapses (1 neighbour: "));
  const std::string markdown = sweep_markdown(report);
  CHECK(has(markdown, "- spin: unavailable: affinity is not allowed"));
  CHECK(has(markdown, "- pool: unavailable: not measured"));
}

TEST_CASE("different work voids the comparison, and only there") {
  Sweep sweep = crossing(0.01, 8).sweep;
  cell_of(sweep, "coarse", condition("short", 8, 4)).blocks[2].checksum = "bad";
  const SweepReport report = make_sweep_report(sweep);
  const Choice& open = report.mixes.at(0).choices.at(3);
  CHECK(open.best.empty());
  CHECK(has(open.reason, "output checksums differ"));
  CHECK(report.mixes[0].choices[4].clear);
  Sweep silent = crossing(0.01, 8).sweep;
  for (auto& cell : silent.cells)
    for (auto& block : cell.blocks) block.tokens.reset(), block.macs.reset(), block.checksum = "";
  CHECK(has(make_sweep_report(silent).mixes.at(0).choices.at(0).reason, "same work unproven"));
}

TEST_CASE("programs write the same where both are known to, void is a proven difference only") {
  struct Outputs {
    std::vector<std::string> first, second;  // hashes of the blocks; empty: nothing was written
    std::string words;
    bool differs;
  };
  const std::string unseen = "not checked: it needs two programs that write something, and two";
  const std::vector<Outputs> table = {
      {{"a", "a"}, {"a", "a"}, "the programs write the same at 1 of 1 points", false},
      {{"a", "a"}, {"b", "b"}, "the programs write the same at 0 of 1 points; something", true},
      {{"a", "a"}, {"b", "c"}, "not checked: the output of B is another one in each run", false},
      {{"a", "c"}, {"b", "b"}, "not checked: the output of A is another one in each run", false},
      {{"a"}, {"b"}, unseen, false},
      {{"a", "a"}, {""}, unseen, false},
      {{""}, {""}, "not checked: nothing was written to standard output", false},
  };
  for (const Outputs& row : table) {
    INFO(row.words);
    profiles::SweepCell first{"a", condition("programs", 8, 2), {}, ""};
    profiles::SweepCell second{"b", first.condition, {}, ""};
    for (const std::string& hash : row.first) first.blocks.emplace_back().checksum = hash;
    for (const std::string& hash : row.second) second.blocks.emplace_back().checksum = hash;
    const SameOutputs same = same_outputs({&first, &second}, {"a", "b"}, {"A", "B"});
    CHECK(same.words.starts_with(row.words));
    CHECK(same.differences.size() == (row.differs ? 1U : 0U));
    if (row.differs)
      CHECK(same.differences.begin()->second ==
            "the work is not the same: B writes something else than A");
    // Thread counts are not held against each other.
    second.condition.threads = 4;
    CHECK(same_outputs({&first, &second}, {"a", "b"}, {"A", "B"}).differences.empty());
  }
  profiles::SweepCell alone{"a", condition("programs", 8, 2), {}, ""};
  CHECK(same_outputs({&alone}, {"a"}, {"A"}).words == "not checked: there is one program");
}

TEST_CASE("empty sweeps, lone variants and holes render without a figure that is no number") {
  CHECK(has(everything(make_sweep_report({})), "unavailable: the sweep has no cells"));

  PlantedSweep alone({"only"}, 4, 0.01, 8);
  alone.add_batches("m", {1, 8}, [](const auto&, const Condition&) { return 0.01; });
  const SweepReport report = make_sweep_report(alone.sweep);
  CHECK(has(everything(report), "only is the only one measured"));
  CHECK(has(everything(report), "unavailable: fewer than two variants"));

  Sweep holes = crossing(0.01, 8).sweep;
  for (size_t i = 0; i < holes.cells.size(); ++i) {
    auto& cell = holes.cells[i];
    if (i % 4 == 0) cell.blocks.clear();
    if (i % 4 == 1) cell.blocks[0].failure = "exit status 3";
    if (i % 4 == 2)
      for (auto& block : cell.blocks) block.iteration_wall_ns.assign(3, 0);
    if (i % 4 == 3) cell.condition.batch = i == 3 ? 0 : -4;
  }
  holes.cores = 0;
  const std::string text = everything(make_sweep_report(holes));
  CHECK_FALSE(has_no_number(text));
  CHECK(has(text, "no block was run"));
  CHECK(has(text, "no iteration with a positive time is recorded"));
  CHECK(has(text, "the batch size is not recorded"));
  CHECK(has(text, "1 of 8 blocks failed: exit status 3"));
}

TEST_CASE("random holes and extreme figures never break a report") {
  PlantedSweep planted({"a", "b", "c"}, 4, 0.3, 7);
  const auto seconds = [](const auto&, const Condition& at) { return 0.001 * at.batch; };
  planted.add_batches("m", {1, 1 << 30}, seconds);
  planted.add_threads("m", 4, {0, 1, 2, 1 << 30}, seconds);
  Condition beside = condition("m", 4, 1);
  beside.neighbours = 1 << 30;
  beside.cpu_quota = 0;
  planted.add(beside, seconds);
  const std::vector<int64_t> extremes{0, 1, INT64_MAX, 1000000};
  for (size_t round = 0; round < 20; ++round) {
    Sweep sweep = planted.sweep;
    for (size_t i = 0; i < sweep.cells.size(); ++i)
      for (size_t j = 0; j < sweep.cells[i].blocks.size(); ++j)
        if ((i * 7 + j * 3 + round) % 5 < 2)
          sweep.cells[i].blocks[j].iteration_wall_ns.assign(2, extremes[(i + j + round) % 4]);
    CHECK_FALSE(has_no_number(everything(make_sweep_report(sweep))));
  }
}

TEST_CASE("hostile names break neither Markdown nor SVG") {
  const std::string evil = "<script>|`x`](http://a)\n# \"&\x01\xff";
  PlantedSweep planted({evil, "b"}, 4, 0.01, 8);
  planted.sweep.name = planted.sweep.description = evil;
  planted.sweep.mixes = {{evil, evil}};
  planted.sweep.machine = {{evil, evil, evil}};
  planted.add_batches(evil, {1, 2}, [](const auto&, const Condition&) { return 0.01; });
  planted.add_threads(evil, 1, {1, 2}, [](const auto&, const Condition&) { return 0.01; });
  planted.sweep.cells[1].blocks[0].failure = evil;
  const SweepReport report = make_sweep_report(planted.sweep);
  const std::string markdown = sweep_markdown(report);
  CHECK_FALSE(has(markdown, "<script"));
  size_t links = 0, escaped_links = 0;
  for (size_t at = markdown.find("](http"); at != std::string::npos;
       at = markdown.find("](http", at + 1), ++links)
    escaped_links += markdown[at - 1] == '\\';
  CHECK(links > 0);
  CHECK(links == escaped_links);
  CHECK_FALSE(has(markdown, "\n# \""));
  for (const SvgFile& file : sweep_plots(report)) {
    CHECK_FALSE(has(file.text, "<script"));
    CHECK_FALSE(has(file.text, "\x01"));
    CHECK_FALSE(has(file.text, "\xff"));
    CHECK(has(markdown, "](" + file.name + ")"));
  }
}

TEST_CASE("more lines than colours are told apart, and many names have room") {
  Plot plot;
  for (int i = 0; i < 30; ++i)
    plot.series.push_back(
        {"line " + std::to_string(i), {{1, 1.0 + i, {}, {}}, {2, 2.0 + i, {}, {}}}});
  std::set<std::string> looks;
  const std::string picture = svg(plot);
  for (const char* style : {"d0", "d1", "d2"})
    for (int colour = 0; colour < 8; ++colour)
      if (has(picture, fmt::format("<g class=\"s{} {}", colour, style)))
        looks.insert(fmt::format("{} {}", colour, style));
  CHECK(looks.size() == 24);
  CHECK(has(picture, " many\""));
  for (size_t at = picture.find("class=\"name\""); at != std::string::npos;
       at = picture.find("class=\"name\"", at + 1)) {
    const size_t y = picture.find(" y=\"", at) + 4;
    CHECK(std::stod(picture.substr(y)) > 20);
  }
  plot.series.resize(13);
  CHECK_FALSE(has(svg(plot), " many\""));
}

TEST_CASE("a plot's ticks are round") {
  CHECK(round_ticks(0, 97, 6) == std::vector<double>{0, 20, 40, 60, 80, 100});
  CHECK(round_ticks(0, 4, 6) == std::vector<double>{0, 1, 2, 3, 4});
  CHECK(round_ticks(0, 0, 6).size() == 2);
}

TEST_CASE("a plot's ticks hold any range") {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::pair<double, double>> ranges{
      {4321.5, 4321.5}, {-7, -7},        {1e15, 1e15},
      {3e-12, 3e-12},   {5, 2},          {1, 1 + 1e-15},
      {1e300, 1e300},   {-1e308, 1e308}, {0, 5e-324},
      {kNan, 3},        {3, kNan},       {0, kInfinity},
      {-kInfinity, 0},  {kNan, kNan},    {kInfinity, kInfinity},
      {0.1, 0.3},       {-0.001, 1e9},   {123456, 123456.0001}};
  for (const auto& [low, high] : ranges) {
    const std::vector<double> ticks = round_ticks(low, high, 5);
    CAPTURE(low, high, ticks);
    CHECK(ticks.size() >= 2);
    CHECK(ticks.size() <= 12);
    CHECK(std::ranges::all_of(ticks, [](double tick) { return std::isfinite(tick); }));
    CHECK(std::ranges::adjacent_find(ticks, std::ranges::greater_equal()) == ticks.end());
    if (!std::isfinite(low) || !std::isfinite(high) || std::abs(low) > 1e300) continue;
    const double rounding = 1e-12 * std::max(std::abs(low), std::abs(high));
    CHECK(ticks.front() <= low + rounding);
    CHECK(ticks.back() >= high - rounding);
  }
}

TEST_CASE("the plots of a report are those that its Markdown shows") {
  const SweepReport report = make_sweep_report(realistic_sweep());
  const std::string markdown = sweep_markdown(report);
  const auto plots = sweep_plots(report);
  CHECK(plots.size() == 5);  // two for each mix, one of threads
  for (const SvgFile& plot : plots) CHECK(has(markdown, "](" + plot.name + ")"));
  size_t images = 0;
  for (size_t at = markdown.find("!["); at != std::string::npos; at = markdown.find("![", at + 1))
    ++images;
  CHECK(images == plots.size());
}

// After a wanted change: WINNOW_UPDATE_GOLDEN=1 sweep_report_test writes the files anew; read their
// diff.
TEST_CASE("the report of a realistic sweep, byte for byte") {
  const SweepReport report = make_sweep_report(realistic_sweep());
  check_golden(WINNOW_REPORTS_DATA "/sweep.md", sweep_markdown(report));
  check_golden(WINNOW_REPORTS_DATA "/sweep_scaling.svg", sweep_plots(report).back().text);
}

}  // namespace winnow::reports
