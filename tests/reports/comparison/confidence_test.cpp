// Winners that are only probable: each doubt alone, none, and neighbours planted beside runs.
#include "reports/comparison/confidence.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "profiles/recording/disturbance.h"
#include "reports/comparison/comparison.h"
#include "reports/exports/export.h"
#include "reports/pages/html_page.h"
#include "reports/pages/html_verdict.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/reports/samples/foreign_samples.h"
#include "tests/text.h"

namespace winnow::reports {

namespace {

using profiles::Block;
using profiles::Recording;

constexpr const char* kNeighbour = "other programs used 1.3 of 2 cores";

int64_t as_ns(double seconds) { return std::llround(seconds * 1e9); }

template <class Change>
void change_time_blocks(Recording& recording, const std::string& variant, Change change) {
  for (Block& block : recording.blocks)
    if (block.pass == profiles::Pass::time && block.variant == variant) change(block);
}

// The first rounds, as many as that.
void disturb_rounds(Recording& recording, int rounds) {
  change_time_blocks(recording, "two", [&](Block& block) {
    if (block.index < rounds) block.disturbed = kNeighbour;
  });
}

// What two cores did during each run of the variant: wall and CPU time, others', the hypervisor's.
void set_cores(Recording& recording, const std::string& variant, double wall_s, double cpu_s,
               double others_s, double steal_s) {
  change_time_blocks(recording, variant, [&](Block& block) {
    const auto runs = static_cast<double>(block.iteration_wall_ns.size());
    block.region->wall_ns = as_ns(wall_s * runs);
    block.region->user_ns = as_ns(cpu_s * runs);
    block.region->system_ns = 0;
    block.region->cores_time =
        profiles::CoresTime{2, as_ns((2 * wall_s - cpu_s - others_s - steal_s) * runs),
                            as_ns((cpu_s + others_s) * runs), as_ns(steal_s * runs)};
  });
}

// Of 0.4 s saved a run others took 0.35 s less: (0.9 - 0.2) / 2.
Recording mostly_others() {
  Recording recording = command_recording();
  set_cores(recording, "one", 1.0, 0.72, 0.9, 0);
  set_cores(recording, "two", 0.6, 0.60, 0.2, 0);
  return recording;
}

// Another arm whose time pass did what "one" did.
void add_copy_of_one(Recording& recording, const std::string& name) {
  std::vector<Block> copies;
  for (const Block& block : recording.blocks)
    if (block.variant == "one" && block.pass == profiles::Pass::time) {
      copies.push_back(block);
      copies.back().variant = name;
    }
  recording.blocks.insert(recording.blocks.end(), copies.begin(), copies.end());
}

// An A/A arm that scatters by 4%, and "two", which is faster by that factor.
Recording scattering(double factor, bool of_three) {
  Recording recording = command_recording();
  recording.twin = "one-twin";
  add_copy_of_one(recording, recording.twin);
  if (of_three) {
    add_copy_of_one(recording, "three");
    recording.variants.push_back(recording.variants.front());
    recording.variants.back().name = "three";
    recording.profiles["three"] = recording.profiles["one"];
  }
  for (Block& block : recording.blocks) {
    if (block.pass != profiles::Pass::time) continue;
    const double wall_s = block.variant == "two"            ? 1 / factor
                          : block.variant != recording.twin ? 1
                          : block.index % 2 == 0            ? 1.04
                                                            : 0.96;
    for (int64_t& wall_ns : block.iteration_wall_ns) wall_ns = as_ns(wall_s);
  }
  return recording;
}

std::vector<Doubt::Kind> doubts_in(const Report& report) {
  std::vector<Doubt::Kind> kinds;
  for (const Doubt& doubt : report.verdict.doubts.all) kinds.push_back(doubt.kind);
  return kinds;
}

using Kinds = std::vector<Doubt::Kind>;

}  // namespace

TEST_CASE("a winner of which nothing is in doubt is clear, and green") {
  const Report report = make_report(command_recording());
  REQUIRE(report.verdict.outcome == Verdict::kWinner);
  CHECK(report.verdict.confidence() == Confidence::kClear);
  CHECK(doubts_in(report).empty());
  CHECK_FALSE(report.verdict.cpu_leads());
  CHECK(report.verdict.title == "two");
  CHECK(report.verdict.bullets.front().starts_with("1.67x as fast"));
  CHECK(*report.verdict.best.front().cpu.ratio == Approx(1.0 / 0.6).epsilon(0.01));
  CHECK(report.rounds.all == 10);
  CHECK(report.rounds.disturbed == 0);
  const std::string page = to_html(report, {});
  CHECK(has(page, "<section class=\"verdict winner\""));
  CHECK(headline(report) == "two is 1.67x as fast as one");
  const std::string json = export_json(make_export(command_recording()));
  CHECK(has(json, "\"confidence\": \"clear\""));
  CHECK(has(json, "\"doubts\": []"));
}

TEST_CASE("more than a fifth of the rounds disturbed: a probable winner, on a busy machine") {
  Recording recording = command_recording();
  disturb_rounds(recording, 2);
  CHECK(make_report(recording).verdict.confidence() == Confidence::kClear);
  disturb_rounds(recording, 3);
  const Report report = make_report(recording);
  REQUIRE(report.verdict.outcome == Verdict::kWinner);
  CHECK(report.verdict.winner == 1);
  CHECK(doubts_in(report) == Kinds{Doubt::kDisturbed});
  CHECK(report.verdict.title == "probably two, on a busy machine: 3 of 10 rounds disturbed");
  CHECK(report.verdict.sentence ==
        "For these commands, two is probably the winner against one, on a busy machine:");
  CHECK(report.verdict.cpu_leads());
  REQUIRE(report.verdict.bullets.size() > 4);
  CHECK(report.verdict.bullets[0].starts_with("CPU time of one against that of two: 1.67x, 99% "));
  CHECK(report.verdict.bullets[1].starts_with("wall time: 1.67x as fast"));
  CHECK(report.verdict.bullets[2].starts_with(
      "adjusted, wall time less the time that others took: "));
  CHECK(report.verdict.bullets[3] ==
        "a busy machine disturbed 3 of 10 rounds of the time pass, more than a fifth");
  CHECK(has(report.verdict.recommendation, "Use `zstd -T2 'data set'`"));
  CHECK(report.verdict.recommendation.ends_with(
      " Measure again on a quieter machine before you rely on it."));
  const std::string text = to_markdown(report);
  CHECK(has(text, "## Winner: probably two, on a busy machine: 3 of 10 rounds disturbed\n"));
  CHECK_FALSE(has(text, "clear winner"));
}

TEST_CASE("rounds are counted without repetitions, and of each run for itself") {
  Recording recording = command_recording();
  disturb_rounds(recording, 1);
  std::vector<Block> again;
  for (const Block& block : recording.blocks)
    if (block.pass == profiles::Pass::time && block.index < 2) {
      again.push_back(block);
      again.back().rerun_of = block.index;
      again.back().index += 10;
      again.back().disturbed = kNeighbour;
    }
  recording.blocks.insert(recording.blocks.end(), again.begin(), again.end());
  CHECK(profiles::rounds_of(recording).all == 10);
  CHECK(profiles::rounds_of(recording).disturbed == 1);
  // Two runs side by side: the rounds of one index are two.
  recording = command_recording();
  recording.variants[1].run = 1;
  disturb_rounds(recording, 4);
  CHECK(profiles::rounds_of(recording).all == 20);
  CHECK(profiles::rounds_of(recording).disturbed == 4);
  CHECK_FALSE(profiles::rounds_of(recording).on_busy_machine());
  CHECK_FALSE(profiles::rounds_of({}).on_busy_machine());
}

TEST_CASE("an effect that the run could have missed is a probable winner, on no busy machine") {
  const auto smallest = make_report(scattering(1.5, false)).noise.wall_effect;
  REQUIRE(smallest);
  CHECK(*smallest > 0.03);
  const Report above = make_report(scattering(1 + 1.1 * *smallest, false));
  REQUIRE(above.verdict.outcome == Verdict::kWinner);
  CHECK(above.verdict.confidence() == Confidence::kClear);
  const Report below = make_report(scattering(1 + 0.9 * *smallest, false));
  REQUIRE(below.verdict.outcome == Verdict::kWinner);
  CHECK(below.verdict.winner == 1);
  CHECK(doubts_in(below) == Kinds{Doubt::kNotDetectable});
  CHECK(below.verdict.title.starts_with("probably two: "));
  CHECK(below.verdict.title.ends_with(" that this run may miss"));
  CHECK_FALSE(has(to_markdown(below), "busy"));
  CHECK(below.verdict.sentence == "For these commands, two is probably the winner against one:");
  CHECK(below.verdict.recommendation.ends_with(" Measure more blocks before you rely on it."));
}

TEST_CASE("of three variants the smallest effect of a winner counts, not that of a row") {
  const NoiseFloor noise = make_report(scattering(1.5, true)).noise;
  REQUIRE(noise.wall_effect);
  REQUIRE(noise.winner_effect);
  REQUIRE(*noise.winner_effect > *noise.wall_effect);
  const double between = 1 + (*noise.wall_effect + *noise.winner_effect) / 2;
  const Report probable = make_report(scattering(between, true));
  REQUIRE(probable.verdict.outcome == Verdict::kWinner);
  CHECK(doubts_in(probable) == Kinds{Doubt::kNotDetectable});
  const Report clear = make_report(scattering(1 + 1.1 * *noise.winner_effect, true));
  REQUIRE(clear.verdict.outcome == Verdict::kWinner);
  CHECK(clear.verdict.confidence() == Confidence::kClear);
}

TEST_CASE("where others took most of what was saved the winner is probable, and adjusted for it") {
  Recording recording = mostly_others();
  SECTION("other programs") {}
  SECTION("the hypervisor") {
    set_cores(recording, "one", 1.0, 0.72, 0, 0.9);
    set_cores(recording, "two", 0.6, 0.60, 0, 0.2);
  }
  const Report report = make_report(recording);
  REQUIRE(report.verdict.outcome == Verdict::kWinner);
  CHECK(doubts_in(report) == Kinds{Doubt::kTimeOfOthers});
  CHECK(report.verdict.title ==
        "probably two, on a busy machine: others took 350ms of 400ms saved");
  // 1.0 - 0.9 / 2 and 0.6 - 0.2 / 2.
  REQUIRE(report.verdict.best.front().adjusted);
  CHECK(report.verdict.best.front().adjusted->from_s == Approx(0.55));
  CHECK(report.verdict.best.front().adjusted->to_s == Approx(0.5));
  CHECK(report.verdict.best.front().adjusted->ratio() == Approx(1.1));
  REQUIRE(report.verdict.bullets.size() > 4);
  CHECK(report.verdict.bullets[0].starts_with("CPU time of one against that of two: 1.20x, 99% "));
  CHECK(report.verdict.bullets[2] ==
        "adjusted, wall time less the time that others took: 1.10x as fast, 500ms instead of "
        "550ms a run (means of the ledger, without an interval)");
  CHECK(report.verdict.bullets[3] ==
        "most of the 400ms saved a run is time that others took: 350ms less beside two");
}

TEST_CASE("what others took is no cause, and less than half of what was saved is no doubt") {
  const Report report = make_report(mostly_others());
  bool told = false;
  for (const std::string& bullet : report.verdict.bullets) {
    INFO(bullet);
    CHECK_FALSE(has(bullet, "other programs"));
    CHECK_FALSE(has(bullet, "hypervisor"));
    if (bullet.starts_with("of 400ms saved per run"))
      told = bullet.ends_with("; others took 350ms less, which is no cause");
  }
  CHECK(told);
  Recording less = mostly_others();
  set_cores(less, "one", 1.0, 0.72, 0.59, 0);  // (0.59 - 0.2) / 2 of 0.4 s
  CHECK(make_report(less).verdict.confidence() == Confidence::kClear);
  set_cores(less, "one", 1.0, 0.72, 0.61, 0);
  CHECK(doubts_in(make_report(less)) == Kinds{Doubt::kTimeOfOthers});
}

TEST_CASE("all doubts are told, the machine's first in the title") {
  Recording recording = scattering(1.04, false);
  disturb_rounds(recording, 10);
  set_cores(recording, "one", 1.0, 0.72, 0.9, 0);
  set_cores(recording, "two", 0.6, 0.60, 0.2, 0);
  const Report report = make_report(recording);
  REQUIRE(report.verdict.outcome == Verdict::kWinner);
  CHECK(doubts_in(report) == Kinds{Doubt::kDisturbed, Doubt::kNotDetectable, Doubt::kTimeOfOthers});
  CHECK(report.verdict.title == "probably two, on a busy machine: 10 of 10 rounds disturbed");
  for (const Doubt& doubt : report.verdict.doubts.all)
    CHECK(std::ranges::count(report.verdict.bullets, doubt.sentence) == 1);
  CHECK(has(to_html(report, {}), "which tells little: the machine was busy."));
}

TEST_CASE("CPU times of a probable winner that are equal in all pairs are identical, not open") {
  Recording recording = command_recording();
  disturb_rounds(recording, 3);
  set_cores(recording, "one", 1.0, 0.5, 0, 0);
  set_cores(recording, "two", 0.6, 0.5, 0, 0);
  const Report report = make_report(recording);
  REQUIRE(report.verdict.cpu_leads());
  CHECK(report.verdict.bullets[0].starts_with(
      "CPU time of one against that of two: identical in all pairs of blocks; "));
}

TEST_CASE("without CPU times and ledgers a probable winner says that they are unavailable") {
  Recording recording = command_recording();
  disturb_rounds(recording, 10);
  for (Block& block : recording.blocks)
    if (block.region) block.region->user_ns.reset();
  const Report report = make_report(recording);
  REQUIRE(report.verdict.outcome == Verdict::kWinner);
  CHECK_FALSE(report.verdict.cpu_leads());
  CHECK_FALSE(report.verdict.best.front().adjusted);
  REQUIRE(report.verdict.bullets.size() > 3);
  CHECK(report.verdict.bullets[0] ==
        "ratio of CPU times: unavailable: not recorded in the time pass");
  CHECK(report.verdict.bullets[2].starts_with(
      "adjusted, wall time less the time that others took: unavailable: no ledger of one: "));
  CHECK(has(to_html(report, {}), "<section class=\"verdict probable\""));
  CHECK(has(export_json(make_export(recording)), "\"adjusted_ratio\": null"));
}

TEST_CASE("a winner by a metric is probable, too, and so is the one beside it") {
  Recording recording = command_recording();
  recording.metrics = {profiles::Metric{"req/s", "(x)", true, true}};
  disturb_rounds(recording, 10);
  for (Block& block : recording.blocks)
    if (block.pass == profiles::Pass::time)
      block.metrics["req/s"] = std::vector<double>(
          block.iteration_wall_ns.size(),
          (block.variant == "two" ? 1200 : 1000) * (1 + 0.001 * (block.index % 3)));
  const Report report = make_report(recording);
  REQUIRE(report.verdict.outcome == Verdict::kWinner);
  CHECK(report.verdict.title ==
        "probably two (by req/s), on a busy machine: 10 of 10 rounds disturbed");
  CHECK(has(report.verdict.sentence, "two is probably the winner by req/s against one, on a busy"));
  CHECK(report.verdict.bullets.front().starts_with("1.20x better (higher req/s) by"));
  CHECK_FALSE(report.verdict.cpu_leads());
  REQUIRE(report.verdict.beside.size() == 1);
  CHECK(report.verdict.beside[0].confidence == Confidence::kProbable);
  CHECK(report.verdict.beside[0].sentence.starts_with(
      "By wall time, two probably wins against one, on a busy machine: 1.67x as fast"));
}

TEST_CASE("without a winner a busy machine is told as well") {
  Recording recording = command_recording();
  for (const char* variant : {"one", "two"})
    change_time_blocks(recording, variant, [](Block& block) {
      for (int64_t& wall_ns : block.iteration_wall_ns) wall_ns = 1'000'000'000 + block.index;
    });
  CHECK(make_report(recording).verdict.title == "no clear winner (~)");
  disturb_rounds(recording, 10);
  const Report report = make_report(recording);
  REQUIRE(report.verdict.outcome == Verdict::kNoClearWinner);
  CHECK(report.verdict.title ==
        "no clear winner (~), on a busy machine: 10 of 10 rounds disturbed");
  CHECK(report.verdict.recommendation.ends_with(" Measure again on a quieter machine."));
  CHECK(has(to_html(report, {}), "<section class=\"verdict open\""));
}

TEST_CASE("the page of a probable winner is amber and leads with CPU time") {
  const Report report = make_report(mostly_others());
  const std::string page = to_html(report, {});
  CHECK(has(page, "<section class=\"verdict probable\""));
  CHECK_FALSE(has(page, "<section class=\"verdict winner\""));
  const size_t cpu = page.find("<b>1.20x</b> <span>the CPU time: one against two</span>"),
               wall = page.find("Wall time: 1.67x as fast; "),
               adjusted = page.find("Adjusted, less the time that others took: 1.10x as fast");
  CHECK(cpu < wall);
  CHECK(wall < adjusted);
  CHECK(adjusted != std::string::npos);
  CHECK(headline(report) ==
        "probably two, on a busy machine: others took 350ms of 400ms saved; against one: CPU "
        "time 1.20x, wall time 1.67x");
  const std::string json = export_json(make_export(mostly_others()));
  CHECK(has(json, "\"confidence\": \"probable\""));
  CHECK(has(json, "\"kind\": \"time of others\""));
  CHECK(has(json, "\"rival\": \"one\""));
}

namespace {

// What came of so many runs beside a neighbour.
struct BesideNeighbours {
  int clear = 0, probable = 0;  // winners
  int wrong = 0;                // that are the slower command
};

// A run of two commands and an A/A arm on two cores: "one" takes `factor` times the CPU time of
// "two". A neighbour wants `load` of one core all the time; each process shares that core for a
// part of its time that luck decides, and waits there for as long as the neighbour runs.
Recording beside_neighbour(double load, double factor, std::mt19937_64& random) {
  std::normal_distribution<double> scatter(0, 0.01);
  std::uniform_real_distribution<double> part(0, 1);
  Recording recording = command_recording();
  recording.twin = "one-twin";
  add_copy_of_one(recording, recording.twin);
  for (Block& block : recording.blocks) {
    if (block.pass != profiles::Pass::time) continue;
    const double cpu_s = std::exp(scatter(random)) / (block.variant == "two" ? factor : 1);
    const double wall_s = cpu_s * (1 + load * part(random));
    block.iteration_wall_ns.assign(1, as_ns(wall_s));
    block.region->wall_ns = as_ns(wall_s);
    block.region->user_ns = as_ns(cpu_s);
    block.region->system_ns = 0;
    block.region->cores_time = profiles::CoresTime{2, as_ns(2 * wall_s - cpu_s - load * wall_s),
                                                   as_ns(cpu_s + load * wall_s), 0};
    block.machine = profiles::BlockMachine{};
    block.machine->wall_s = wall_s;
    block.machine->other_cpu_percent = 100 * load / 2;
    block.disturbed = profiles::disturbance(*block.machine, 2);
  }
  return recording;
}

double mean_over_blocks(const Recording& recording, const std::string& variant,
                        double (*seconds)(const profiles::Region&)) {
  double sum = 0;
  int blocks = 0;
  for (const Block& block : recording.blocks)
    if (block.pass == profiles::Pass::time && block.variant == variant) {
      sum += seconds(*block.region);
      ++blocks;
    }
  return sum / blocks;
}

// The rule once more, from the recording itself.
bool must_be_amber(const Recording& recording, const Report& report) {
  int disturbed = 0;
  for (int index = 0; index < 10; ++index)
    disturbed += std::ranges::any_of(recording.blocks, [&](const Block& block) {
      return block.pass == profiles::Pass::time && block.index == index && !block.disturbed.empty();
    });
  if (disturbed > 2) return true;
  if (*report.verdict.pairs.ratio - 1 <= *report.noise.wall_effect) return true;
  const auto saved_s = [&](double (*seconds)(const profiles::Region&)) {
    const std::string winner = report.verdict.winner == 0 ? "one" : "two";
    return mean_over_blocks(recording, winner == "one" ? "two" : "one", seconds) -
           mean_over_blocks(recording, winner, seconds);
  };
  const double wall_s = saved_s(
      [](const profiles::Region& region) { return static_cast<double>(region.wall_ns) * 1e-9; });
  const double others_s = saved_s([](const profiles::Region& region) {
    return static_cast<double>(region.cores_time->busy_ns - *region.user_ns) * 1e-9 / 2;
  });
  return wall_s > 0 && others_s > wall_s / 2;
}

BesideNeighbours planted_runs(double load, double factor) {
  constexpr int kRuns = 40;
  std::mt19937_64 random(static_cast<uint64_t>(1000 * load + 100 * factor));
  BesideNeighbours result;
  for (int run = 0; run < kRuns; ++run) {
    const Recording recording = beside_neighbour(load, factor, random);
    const Report report = make_report(recording);
    const Verdict& verdict = report.verdict;
    if (verdict.outcome != Verdict::kWinner) continue;
    INFO(load << ", " << factor << ", run " << run << ": " << verdict.title);
    const bool amber = verdict.confidence() == Confidence::kProbable;
    CHECK(amber == must_be_amber(recording, report));
    CHECK(amber == verdict.title.starts_with("probably "));
    ++(amber ? result.probable : result.clear);
    result.wrong += verdict.winner == 0;
    if (factor > 1) CHECK(*verdict.best.front().cpu.ratio == Approx(factor).epsilon(0.05));
  }
  return result;
}

}  // namespace

TEST_CASE("beside neighbours the slower command never wins, and no winner is a clear one") {
  const BesideNeighbours quiet = planted_runs(0, 1.3), half = planted_runs(0.5, 1.3),
                         full = planted_runs(1, 1.3);
  CHECK(quiet.clear == 40);
  CHECK(quiet.wrong == 0);
  CHECK(half.clear == 0);
  CHECK(half.probable >= 20);
  CHECK(half.wrong == 0);
  CHECK(full.clear == 0);
  CHECK(full.probable >= 4);
  CHECK(full.wrong == 0);
}

TEST_CASE("of equal commands hardly one is a clear winner, and beside neighbours none") {
  CHECK(planted_runs(0, 1).clear <= 1);
  for (const double load : {0.5, 1.0}) {
    const BesideNeighbours equal = planted_runs(load, 1);
    CHECK(equal.clear == 0);
    CHECK(equal.probable <= 3);
  }
}

}  // namespace winnow::reports
