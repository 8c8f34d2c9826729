#include "scenarios/scenario.h"

#include <set>

#include "base/error.h"
#include "tests/catch.h"
#include "tests/scenarios/scenario_texts.h"

using namespace winnow;
using namespace winnow::scenarios;

namespace {

const std::string kGood =
    "name = 'n'\n"
    "texts = ['a', 'b', 'c']\n"
    "iterations = 20\n"
    "blocks = 4\n"
    "passes = ['time', 'sync']\n"
    "[[variants]]\n"
    "name = 'spawn'\n"
    "[[variants]]\n"
    "name = 'pool'\n"
    "label = 'Coarse'\n";

Scenario load_text(const std::string& text) { return load_scenario(TextFile(text).path()); }

}  // namespace

TEST_CASE("a scenario's keys are read and the others have their defaults") {
  const auto scenario = load_text(kGood);
  CHECK(scenario.name == "n");
  CHECK(scenario.batch == 3);
  CHECK(scenario.iterations == 20);
  CHECK(scenario.blocks == 4);
  CHECK(scenario.warmup == 1);
  CHECK(scenario.threads == 0);
  CHECK(scenario.passes == std::vector<std::string>{"time", "sync"});
  REQUIRE(scenario.variants.size() == 2);
  CHECK(scenario.variants[0].name == "spawn");
  CHECK(scenario.variants[1].label == "Coarse");
}

TEST_CASE("a budget may stand in the place of iterations, and knows its line") {
  const TextFile file(replaced(kGood, "iterations = 20", "budget = '90s'"));
  const auto scenario = load_scenario(file.path());
  CHECK(scenario.iterations == 0);
  REQUIRE(scenario.budget.has_value());
  CHECK(scenario.budget->text == "90s");
  CHECK(scenario.budget->where == file.path() + ": line 3: budget");
  CHECK_FALSE(load_text(kGood).budget.has_value());
}

TEST_CASE("the baseline stands first") {
  CHECK(load_text("baseline = 'pool'\n" + kGood).variants.front().name == "pool");
  check_problems(load_scenario,
                 {{"baseline = 'x'\n" + kGood, "line 1: baseline: not one of the variants"}});
}

TEST_CASE("a wrong scenario is one error that names the line") {
  std::string deep = "x";
  for (int i = 0; i < 200'000; ++i) deep += i % 2 == 0 ? ".x" : ".'x'";
  check_problems(load_scenario, {
                                    {"colour = 3\n" + kGood, "line 1: colour: unknown key"},
                                    {kGood + "colour = 3\n", "line 11: colour: unknown key"},
                                    {"threads = 1025\n" + kGood,
                                     "line 1: threads: expected a whole number from 0 to 1024"},
                                    {"\n" + deep + " = 1", "line 2: a key of more than 1000 parts"},
                                    {"[" + deep + "]", "line 1: a key of more than 1000 parts"},
                                });
  check_problems(
      load_scenario, kGood,
      {
          {"'n'", "3", "line 1: name: expected a string that is not empty"},
          {"'n'", "'../n'", "line 1: name: expected letters, digits, '-', '_' and '.'"},
          {"20", "0", "line 3: iterations: expected a whole number from 1 to 1000000"},
          {"20", "2.5", "line 3: iterations: expected a whole number from 1 to 1000000"},
          {"blocks = 4\n", "", "line 1: blocks: missing"},
          {"iterations = 20\n", "", "line 1: iterations: missing"},
          {"blocks = 4", "blocks = 4\nbudget = '1m'",
           "line 5: budget: stands in the place of iterations"},
          {"iterations = 20", "budget = 60", "line 3: budget: expected a string that is not empty"},
          {"['a', 'b', 'c']", "[]", "line 2: texts: expected a list of strings"},
          {"'b'", "7", "line 2: texts: expected a list of strings"},
          {"'sync'", "'gpu'", "line 5: passes: gpu is none of time, cpu, wall, heap, sync"},
          {"'pool'", "'spawn'", "line 9: name: listed twice"},
      });
  const TextFile no_key("= 3");
  CHECK_THROWS_WITH(load_scenario(no_key.path()),
                    Catch::Matchers::StartsWith(no_key.path() + ": line 1: "));
  CHECK_THROWS_AS(load_scenario("/no/such/file.toml"), base::Error);
}

TEST_CASE("a batch larger than the texts repeats them in order") {
  const auto scenario = load_text(kGood);
  CHECK(batch_texts(scenario, 5) == std::vector<std::string>{"a", "b", "c", "a", "b"});
  CHECK(batch_texts(scenario, 2) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("the shipped scenario has 32 different texts of three lengths and 100 iterations") {
  const auto scenario = load_scenario(SOURCE_ROOT "/scenarios/batch32.toml");
  CHECK(scenario.batch == 32);
  CHECK(scenario.iterations == 100);
  CHECK(scenario.blocks == 10);
  CHECK(scenario.variants.front().name == "spawn");
  CHECK(std::set<std::string>(scenario.texts.begin(), scenario.texts.end()).size() == 32);
  int short_texts = 0, long_texts = 0;
  for (const std::string& text : scenario.texts) {
    short_texts += text.size() < 30;
    long_texts += text.size() > 150;
  }
  CHECK(short_texts == 11);
  CHECK(long_texts == 10);
}
