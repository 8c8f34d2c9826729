#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "reports/gate/accept.h"
#include "reports/gate/advice.h"
#include "reports/gate/json.h"
#include "reports/gate/renderers.h"
#include "reports/gate/timing.h"
#include "reports/gate/verdict.h"
#include "tests/catch.h"
#include "tests/reports/samples/gate_samples.h"
#include "tests/text.h"

using namespace winnow;
using namespace winnow::reports;
using profiles::Recording;

namespace {

profiles::Block good_block_of_pool(const Recording& source) {
  for (const auto& block : source.blocks)
    if (block.variant == "pool" && block.pass == profiles::Pass::time) return block;
  throw base::Error("pool", "no block");
}

// Pairs of blocks of two builds whose times have these ratios, around them some noise.
struct GatePairs {
  int count = 40;
  double wall = 1, cpu = 1, memory = 1, noise = 0.02;
};

Recording builds(const GatePairs& pairs) {
  const Recording source = gate_recording();
  Recording both;
  both.workload = source.workload;
  both.status = profiles::RunStatus::complete;
  const auto pool = source.variants[1];
  for (const auto side : {profiles::Side::base, profiles::Side::head}) {
    auto& variant = both.variants.emplace_back(pool);
    variant.side = side;
    variant.arm_of = "pool";
    variant.name = word(side) + "-pool";
    both.profiles[variant.name].sync = source.profiles.at("pool").sync;
  }
  both.baseline = both.variants.front().name;
  for (int i = 0; i < pairs.count; ++i)
    for (const bool head : {false, true}) {
      profiles::Block block = good_block_of_pool(source);
      block.variant = head ? "head-pool" : "base-pool";
      block.index = i;
      const double wobble = 1 + pairs.noise * std::sin(12.9898 * (2 * i + head));
      const auto scaled = [&](double ns, double ratio) {
        return static_cast<int64_t>(ns * wobble * (head ? ratio : 1));
      };
      for (auto& wall_ns : block.iteration_wall_ns) wall_ns = scaled(1e8, pairs.wall);
      block.region->user_ns = scaled(2e8, pairs.cpu);
      block.region->system_ns = 0;
      block.peak_rss_bytes = static_cast<int64_t>(5e8 * (head ? pairs.memory : 1));
      both.blocks.push_back(block);
    }
  return both;
}

// A second copy of the base, whose times lie this factor beside it.
Recording with_twin(Recording both, double factor) {
  both.twin = "base-pool-twin";
  const auto blocks = both.blocks;
  for (profiles::Block block : blocks) {
    if (block.variant != "base-pool") continue;
    block.variant = both.twin;
    const double wobble = 1 + 0.01 * std::sin(7.1 * block.index);
    for (auto& wall_ns : block.iteration_wall_ns)
      wall_ns = static_cast<int64_t>(static_cast<double>(wall_ns) * factor * wobble);
    *block.region->user_ns =
        static_cast<int64_t>(static_cast<double>(*block.region->user_ns) * factor * wobble);
    both.blocks.push_back(block);
  }
  return both;
}

// Other programs ran beside so many of the rounds.
Recording disturbed_builds(Recording both, int rounds) {
  for (auto& block : both.blocks)
    if (block.index < rounds) block.disturbed = "other programs used 1.3 of 2 cores";
  return both;
}

GateReport gate_of(const GatePairs& pairs, const std::vector<GateRule>& rules = {}) {
  return gate_builds(builds(pairs), rules, {"base", "head"});
}

}  // namespace

TEST_CASE("a slow-down of each time and of peak memory is a regression of builds") {
  CHECK(gate_of({}).outcome == GateOutcome::kPass);
  GatePairs wall, cpu, memory;
  wall.wall = cpu.cpu = memory.memory = 1.08;
  for (const auto& [metric, pairs] : {std::pair("wall_time", wall), std::pair("cpu_time", cpu),
                                      std::pair("peak_memory", memory)}) {
    INFO(metric);
    const GateReport report = gate_of(pairs);
    CHECK(report.outcome == GateOutcome::kRegression);
    CHECK(report.rows.front().metric == metric);
    CHECK(report.rows.front().low.value() > 1.01);
    GateRule generous = gate_rule(metric, "pool");
    generous.allowance_percent = 10;
    generous.tolerance_percent = 20;
    CHECK(gate_of(pairs, {generous}).outcome == GateOutcome::kPass);
  }
}

TEST_CASE("too few pairs or too much noise are inconclusive, and a faster build passes") {
  GatePairs few;
  few.count = 9;
  CHECK(gate_of(few).outcome == GateOutcome::kInconclusive);
  CHECK(exit_status_of(GateOutcome::kInconclusive) == 5);
  GatePairs noisy;
  noisy.noise = 0.5;
  CHECK(gate_of(noisy).outcome == GateOutcome::kInconclusive);
  GatePairs faster;
  faster.wall = 0.8;
  const GateReport report = gate_of(faster);
  CHECK(report.outcome == GateOutcome::kPass);
  CHECK(row_for(report, "wall_time", "pool").status == GateStatus::kImproved);
}

TEST_CASE("a run ends when a regression is proven or no row is open") {
  const auto decided = [](const GatePairs& pairs) {
    const Recording both = builds(pairs);
    return time_decided(time_rows(side_recording(both, profiles::Side::base),
                                  side_recording(both, profiles::Side::head), {}));
  };
  GatePairs pairs;
  pairs.count = 9;
  CHECK_FALSE(decided(pairs));
  pairs.count = 10;
  CHECK(decided(pairs));
  pairs.wall = 1.2;
  CHECK(decided(pairs));
  pairs.noise = 0.5;
  pairs.wall = 1;
  CHECK_FALSE(decided(pairs));
}

TEST_CASE(
    "open wall time does not hold up what CPU time decides, and still refuses what it proves") {
  // Neighbours take wall time from the one or the other, and hardly CPU time.
  const auto beside_neighbours = [](int count, double wall) {
    GatePairs pairs;
    pairs.count = count;
    pairs.wall = wall;
    Recording both = builds(pairs);
    for (auto& block : both.blocks) {
      *block.region->user_ns *= 10;  // of all iterations together
      if ((block.index % 2 == 0) == (block.variant == "head-pool"))
        for (auto& wall_ns : block.iteration_wall_ns) wall_ns = wall_ns / 10 * 14;
    }
    return both;
  };
  const auto enough_of = [](const Recording& both) { return gate_enough(both, {}); };
  CHECK_FALSE(enough_of(beside_neighbours(10, 1)));
  CHECK_FALSE(enough_of(beside_neighbours(20, 1)));
  CHECK(enough_of(beside_neighbours(kPairsBeside, 1)));
  Recording failed = beside_neighbours(3, 1);
  CHECK_FALSE(enough_of(failed));
  failed.blocks.back().failure = "exit status 9";
  CHECK(enough_of(failed));
  const auto gate = [&](const Recording& both, const std::vector<GateRule>& rules) {
    return gate_builds(both, rules, {"base", "head"});
  };
  const GateReport passed = gate(beside_neighbours(40, 1), {});
  INFO(passed.sentence);
  CHECK(passed.outcome == GateOutcome::kPass);
  CHECK(row_for(passed, "wall_time", "pool").status == GateStatus::kBeside);
  CHECK(has(passed.sentence, "; open, where CPU time decides: pool: wall_time: ~ ("));
  CHECK(has(gate_markdown(passed), "| open, beside | pool | `wall_time` |"));
  CHECK(gate(beside_neighbours(40, 2.5), {}).outcome == GateOutcome::kRegression);
  // It has to be decided where a rule says so, or where CPU time tells little or nothing.
  GateRule strict = gate_rule("wall_time", "*");
  strict.must_decide = true;
  CHECK(gate(beside_neighbours(40, 1), {strict}).outcome == GateOutcome::kInconclusive);
  GateRule without_cpu = gate_rule("cpu_time", "*");
  without_cpu.check = false;
  CHECK(gate(beside_neighbours(40, 1), {without_cpu}).outcome == GateOutcome::kInconclusive);
  Recording waiting = beside_neighbours(40, 1);
  for (auto& block : waiting.blocks) *block.region->user_ns /= 50;
  CHECK(gate(waiting, {}).outcome == GateOutcome::kInconclusive);
  Recording untold = beside_neighbours(40, 1);
  for (auto& block : untold.blocks) block.region->user_ns.reset();
  CHECK(gate(untold, {}).outcome == GateOutcome::kInconclusive);
}

TEST_CASE("an inconclusive gate says what would decide it") {
  // Every second time the one or the other takes so much longer.
  const auto noisy = [](double factor) {
    Recording both = builds({});
    for (auto& block : both.blocks)
      if ((block.index % 2 == 0) == (block.variant == "head-pool")) {
        auto& user_ns = *block.region->user_ns;
        user_ns = static_cast<int64_t>(static_cast<double>(user_ns) * factor);
      }
    return both;
  };
  const auto advice = [](const Recording& both, double round_s) {
    return what_would_decide(gate_builds(both, {}, {"base", "head"}), round_s);
  };
  const std::string told = advice(noisy(1.1), 2);
  INFO(told);
  CHECK(std::regex_match(
      told, std::regex("About [0-9]+ pairs of this scatter would decide cpu_time, "
                       "[0-9]+ min at 2 s a pair: --pairs [0-9]+ --budget [0-9]+m\\.")));
  CHECK(has(advice(disturbed_builds(noisy(1.1), 20), 2),
            " On a quieter machine fewer would do: 20 of 40 rounds were disturbed."));
  CHECK(has(advice(noisy(1.6), 2), "more than 1280 pairs would be needed: a quieter machine"));
  GatePairs few;
  few.count = 3;
  CHECK(advice(builds(few), 2) == "More pairs would: the first look is at 10.");
  GatePairs slower;
  slower.wall = slower.cpu = 1.06;
  CHECK(
      has(advice(with_twin(builds(slower), 1.08), 2), "the A/A arm, a second copy of the base, "));
  CHECK(advice(builds({}), 2).empty());
}

TEST_CASE("a slow-down must exceed what two copies of the base differ by, and these are told") {
  GatePairs slower;
  slower.wall = slower.cpu = 1.06;
  const Recording both = builds(slower);
  const auto gate = [&](const Recording& recording) {
    return gate_builds(recording, {}, {"base", "head"});
  };
  const GateReport quiet = gate(with_twin(both, 1));
  CHECK(quiet.outcome == GateOutcome::kRegression);
  CHECK(quiet.alarm.empty());
  CHECK(quiet.noise.find("40 pairs") != std::string::npos);
  const GateReport noisy = gate(with_twin(both, 1.08));
  INFO(noisy.sentence);
  CHECK(noisy.outcome == GateOutcome::kInconclusive);
  CHECK(noisy.alarm.find("and its A/A arm differ in") != std::string::npos);
  CHECK(row_for(noisy, "wall_time", "pool").note.find("the A/A arm, a second copy") !=
        std::string::npos);
  CHECK(gate_markdown(noisy).find("**Warning:**") < gate_markdown(noisy).find("What moved"));
  CHECK(gate_annotations(noisy).find("::warning title=Winnow gate%3A noise") != std::string::npos);
  CHECK(gate_json(noisy).find("and its A/A arm differ in") != std::string::npos);
  // Beyond what the copies differ by, it counts.
  slower.wall = slower.cpu = 1.2;
  CHECK(gate(with_twin(builds(slower), 1.08)).outcome == GateOutcome::kRegression);
  // Without the arm nothing is known, and said.
  CHECK(gate(both).noise.find("no A/A arm") != std::string::npos);
}

TEST_CASE("a build that fails is invalid, whatever its other processes did") {
  Recording both = builds({});
  both.blocks.back().failure = "exit status 3";
  const GateReport report = gate_builds(both, {}, {"base", "head"});
  CHECK(report.outcome == GateOutcome::kInvalid);
  CHECK(report.sentence.find("head is not sound: pool, time block 39: exit status 3") == 0);
}

TEST_CASE("peak memory of commands is compared in pairs of the tree pass, where it is no chance") {
  const auto gate_peaks = [](int64_t before_bytes, int64_t after_bytes) {
    Recording both = builds({});
    const auto timed = both.blocks;
    for (auto& block : both.blocks) block.peak_rss_bytes.reset();
    for (profiles::Block block : timed) {
      if (block.index >= 10) continue;
      block.pass = profiles::Pass::tree;
      block.peak_rss_bytes =
          (block.variant == "head-pool" ? after_bytes : before_bytes) + 4096 * (block.index % 3);
      both.blocks.push_back(block);
    }
    return row_for(gate_builds(both, {}, {"base", "head"}), "peak_memory", "pool");
  };
  const int64_t mb = 1 << 20;
  CHECK(gate_peaks(100 * mb, 100 * mb).status == GateStatus::kEqual);
  CHECK(gate_peaks(100 * mb, 100 * mb).pairs == 10);
  CHECK(gate_peaks(100 * mb, 120 * mb).status == GateStatus::kRegression);
  CHECK(gate_peaks(3 * mb, 5 * mb).status == GateStatus::kUnchecked);
  CHECK(gate_peaks(3 * mb, 50 * mb).status == GateStatus::kRegression);
}

TEST_CASE("how disturbed the run was stands in the summary, verdict.json, JUnit and annotations") {
  GatePairs pairs;
  pairs.count = 10;
  for (const int rounds : {0, 1, 4}) {
    INFO(rounds);
    const GateReport report = gate_builds(disturbed_builds(builds(pairs), rounds), {}, {"a", "b"});
    const std::string told = std::to_string(rounds) + " of 10 rounds";
    const std::string markdown = gate_markdown(report), junit = gate_junit(report),
                      annotations = gate_annotations(report);
    const auto json = nlohmann::json::parse(gate_json(report));
    CHECK(json["disturbance"]["rounds"] == 10);
    CHECK(json["disturbance"]["disturbed"] == rounds);
    CHECK(has(markdown, "- Disturbed: " + told));
    CHECK(has(junit, "<property name=\"Disturbed\" value=\"" + told + "\"/>"));
    const std::string warning = "time pass: " + told + " disturbed";
    CHECK(has(markdown, "**Warning:** " + warning) == (rounds > 0));
    CHECK(has(junit, "<property name=\"Warning\" value=\"" + warning) == (rounds > 0));
    CHECK(has(annotations, "::warning title=Winnow gate%3A disturbed::" + warning) == (rounds > 0));
    CHECK(json["disturbance"]["warnings"].size() == (rounds == 0 ? 0 : rounds == 1 ? 1 : 2));
  }
  // Of counters alone there is no round to disturb.
  Recording exact = builds(pairs);
  exact.blocks.clear();
  for (const char* side : {"base-pool", "head-pool"}) {
    profiles::Block block = good_block_of_pool(gate_recording());
    block.pass = profiles::Pass::sync;
    block.variant = side;
    exact.blocks.push_back(block);
  }
  CHECK_FALSE(has(gate_markdown(gate_builds(exact, {}, {"a", "b"})), "rounds"));
}

TEST_CASE("the rules that a refused gate offers let the same figures pass") {
  GatePairs slower;
  slower.wall = 1.1;
  slower.cpu = 1.234;
  slower.memory = 1.07;
  Recording both = builds(slower);
  auto& sync = *both.profiles["head-pool"].sync;
  *sync.allocations += 10;  // a third of one a text, or so
  const GateReport refused = gate_builds(both, {}, {"a", "b"});
  CHECK(refused.outcome == GateOutcome::kRegression);
  std::vector<GateRule> rules;
  std::istringstream text(accepting_rules(refused));
  for (std::string line; std::getline(text, line);) {
    const size_t equals = line.find(" = ");
    if (line == "[[rules]]") rules.emplace_back();
    if (equals == std::string::npos) continue;
    const std::string key = line.substr(0, equals), value = line.substr(equals + 3);
    GateRule& rule = rules.back();
    if (key == "metric") rule.metric = value.substr(1, value.size() - 2);
    if (key == "variant") rule.variant = value.substr(1, value.size() - 2);
    if (key == "rise") rule.rise = std::stod(value);
    if (key == "allowance_percent") rule.allowance_percent = std::stod(value);
    if (key == "tolerance_percent") rule.tolerance_percent = std::stod(value);
  }
  CHECK(rules.size() == 4);
  const GateReport accepted = gate_builds(both, rules, {"a", "b"});
  INFO(accepting_rules(refused) << accepted.sentence);
  CHECK(accepted.outcome == GateOutcome::kPass);
  CHECK(accepting_rules(accepted).empty());
  CHECK(has(gate_markdown(refused), "### To accept this on purpose"));
  CHECK_FALSE(has(gate_markdown(accepted), "on purpose"));
}
