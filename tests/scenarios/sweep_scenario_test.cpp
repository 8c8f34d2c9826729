#include "scenarios/sweep_scenario.h"

#include <algorithm>

#include "base/error.h"
#include "scenarios/scenario.h"
#include "tests/catch.h"
#include "tests/scenarios/scenario_texts.h"

using namespace winnow;
using namespace winnow::scenarios;

namespace {

const std::string kGoodSweep =
    "name = 'n'\n"
    "texts = ['one two three', 'four five']\n"
    "[sweep]\n"
    "batch = [1, 8]\n"
    "threads = [1, 0]\n"
    "variants = 'all'\n"
    "neighbours = [0, 'half', 'all']\n"
    "pinned = [false, true]\n"
    "[[mixes]]\n"
    "name = 'plain'\n"
    "[[mixes]]\n"
    "name = 'giant'\n"
    "once = [6]\n"
    "lengths = [1, 2]\n";

SweepScenario load_sweep_text(const std::string& text, int cores = 4) {
  const TextFile file(text);
  return load_sweep(file.path(), cores);
}

using Counts = std::vector<int>;
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a sweep's keys are read, words become counts, the others have their defaults") {
  const SweepScenario sweep = load_sweep_text(kGoodSweep);
  CHECK(sweep.batch == Counts{1, 8});
  CHECK(sweep.threads == Counts{1, 4});
  CHECK(sweep.variants.empty());
  CHECK(sweep.blocks == 6);
  CHECK(sweep.iterations == 0);
  CHECK(sweep.warmup == 1);
  CHECK(sweep.neighbours == Counts{0, 2, 4});
  CHECK(sweep.pinned == std::vector<bool>{false, true});
  CHECK(sweep.cpu_quota == std::vector<double>{0});
  CHECK(load_sweep_text(replaced(kGoodSweep, "[1, 0]", "'1..all'")).threads == Counts{1, 2, 3, 4});
  CHECK(load_sweep_text(replaced(kGoodSweep, "[1, 0]", "[8, '1..all', 0]")).threads ==
        Counts{8, 1, 2, 3, 4});
  CHECK(load_sweep_text(replaced(kGoodSweep, "threads = [1, 0]\n", "")).threads == Counts{4});
  CHECK(load_sweep_text(kGoodSweep, 1).threads == Counts{1});
  CHECK(load_sweep_text(kGoodSweep, 1).neighbours == Counts{0, 1});
  CHECK(load_sweep_text(replaced(kGoodSweep, "'all'", "['pool']")).variants == Texts{"pool"});
  CHECK(
      load_sweep_text(replaced(kGoodSweep, "threads", "cpu_quota = [0, 1.5]\nthreads")).cpu_quota ==
      std::vector<double>{0, 1.5});
}

TEST_CASE("a wrong sweep is one error that names the line") {
  const auto load = [](const std::string& path) { return load_sweep(path, 4); };
  check_problems(
      load,
      {
          {"colour = 3\n" + kGoodSweep, "line 1: colour: unknown key"},
          {kGoodSweep + "colour = 3\n", "line 15: colour: unknown key"},
          {kGoodSweep + "texts = ['x']\n", "line 15: texts: either texts or lengths, not both"},
          {replaced(replaced(kGoodSweep, "[1, 2]", "[100000]"), "8]", "100000]"),
           "line 14: lengths: more than 10000000 words in a batch"},
          {kGoodSweep.substr(0, kGoodSweep.find("[[mixes]]")), "line 1: mixes: missing"},
      });
  check_problems(
      load, kGoodSweep,
      {
          {"batch", "blokcs = 3\nbatch", "line 4: blokcs: unknown key"},
          {"[1, 8]", "[]", "line 4: batch: expected a list that is not empty"},
          {"[1, 8]", "[0]", "line 4: batch: expected whole numbers from 1 to 100000"},
          {"[1, 8]", "['all']", "line 4: batch: expected whole numbers from 1 to 100000"},
          {"[1, 0]", "[1, 1.5]",
           "line 5: threads: expected whole numbers from 0 to 1024, or \"1..all\""},
          {"'half'", "'most'",
           "line 7: neighbours: expected whole numbers from 0 to 1024, \"half\" or \"all\""},
          {"[false, true]", "1", "line 8: pinned: expected true or false, or a list of them"},
          {"'all'", "['pool', 'pool']", "line 6: variants: pool is listed twice"},
          {"'all'", "['pool', 'all']", "line 6: variants: \"all\" stands alone"},
          {"pinned", "cpu_quota = -1\npinned",
           "line 8: cpu_quota: expected 0 (no limit), or cores from 0.01 to 1024"},
          {"pinned", "cpu_quota = nan\npinned",
           "line 8: cpu_quota: expected 0 (no limit), or cores from 0.01 to 1024"},
          {"'giant'", "'plain'", "line 12: name: listed twice"},
          {"'giant'", "'../up'", "line 12: name: expected letters, digits, '-', '_' and '.'"},
          {"[6]", "[0]", "line 13: once: expected numbers of words from 1 to 100000"},
          {"lengths = [1, 2]\n", "", "line 13: once: needs lengths, of the other texts"},
          {"'one two three', 'four five'", "' '",
           "line 14: lengths: needs texts with words at the top of the file, to make others from"},
      });
}

TEST_CASE("texts of a mix are made from the scenario's words, the same ones every time") {
  const SweepScenario sweep = load_sweep_text(kGoodSweep);
  CHECK(mix_texts(sweep, sweep.mixes[0], 3) ==
        Texts{"one two three", "four five", "one two three"});
  CHECK(mix_texts(sweep, sweep.mixes[1], 4) ==
        Texts{"one two three four five one", "two", "three four", "five"});
  CHECK(mix_texts(sweep, sweep.mixes[1], 1) == Texts{"one two three four five one"});
}

TEST_CASE("a mix and a batch are a scenario of their own, whatever the texts hold") {
  SweepScenario sweep = load_sweep_text(kGoodSweep);
  sweep.mixes[0].texts = {"", "a 'quote' and \"another\"", "tab\tand\nline", "back\\slash", "ähm"};
  const TextFile file(workload_toml(sweep, sweep.mixes[0], 5, {"spawn", "pool"}));
  const Scenario scenario = load_scenario(file.path());
  CHECK(scenario.texts == sweep.mixes[0].texts);
  CHECK(scenario.name == "n-plain-5");
  CHECK(scenario.batch == 5);
  CHECK(scenario.variants.size() == 2);
}

TEST_CASE("a sweep is told from a workload") {
  const TextFile sweep(kGoodSweep);
  CHECK(is_sweep(sweep.path()));
  CHECK_FALSE(is_sweep(SOURCE_ROOT "/scenarios/batch32.toml"));
  CHECK_THROWS_WITH(load_scenario(sweep.path()),
                    sweep.path() +
                        ": line 3: sweep: a matrix of workloads, where one was "
                        "expected: `winnow run` takes it");
}

TEST_CASE("threads on the command line mean what they mean in the file") {
  CHECK(parse_threads("--threads", "1,0", 4) == Counts{1, 4});
  CHECK(parse_threads("--threads", "1..all,8", 3) == Counts{1, 2, 3, 8});
  for (const char* bad : {"", "x", "1,x", "-1", "1025", "99999", "1..2", ",", "1 "})
    CHECK_THROWS_AS(parse_threads("--threads", bad, 4), base::UsageError);
}

TEST_CASE("the shipped sweeps have the mixes and neighbours that they speak of") {
  const SweepScenario sweep = load_sweep(SOURCE_ROOT "/scenarios/sweep.toml", 4);
  REQUIRE(sweep.mixes.size() == 4);
  CHECK(sweep.texts == load_scenario(SOURCE_ROOT "/scenarios/batch32.toml").texts);
  CHECK(sweep.mixes[1].texts == sweep.texts);
  const Texts giant = mix_texts(sweep, sweep.mixes[3], 3);
  CHECK(std::count(giant[0].begin(), giant[0].end(), ' ') == 1539);
  CHECK(std::count(giant[1].begin(), giant[1].end(), ' ') == 3);
  const SweepScenario shared = load_sweep(SOURCE_ROOT "/scenarios/neighbours.toml", 4);
  CHECK(shared.batch == Counts{32});
  CHECK(shared.neighbours == Counts{0, 1, 2, 4});
  CHECK(shared.pinned == std::vector<bool>{false, true});
}
