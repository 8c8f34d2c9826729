#include "scenarios/program_scenario.h"

#include "base/error.h"
#include "tests/catch.h"
#include "tests/scenarios/scenario_texts.h"

using namespace winnow;
using namespace winnow::scenarios;

namespace {

const std::string kGoodPrograms =
    "name = 'n'\n"
    "blocks = 12\n"
    "passes = ['time', 'tree']\n"
    "[parameters]\n"
    "t = [1, 2.5, 'x']\n"
    "[[program]]\n"
    "command = 'a {t}'\n"
    "ignore_failure = [1, 2]\n"
    "[[program]]\n"
    "name = 'B'\n"
    "command = 'b'\n"
    "reference = true\n"
    "shell = 'default'\n"
    "ignore_failure = 'all-non-zero'\n";

}  // namespace

TEST_CASE("the keys of programs are read, the reference stands first") {
  const TextFile file(kGoodPrograms);
  CHECK(holds_programs(file.path()));
  const ProgramScenario scenario = load_programs(file.path());
  CHECK(scenario.name == "n");
  CHECK(scenario.blocks == 12);
  CHECK(scenario.passes == std::vector<std::string>{"time", "tree"});
  CHECK_FALSE(scenario.ignore_output);
  REQUIRE(scenario.parameters.size() == 1);
  CHECK(scenario.parameters[0].first == "t");
  CHECK(scenario.parameters[0].second == std::vector<std::string>{"1", "2.5", "x"});
  REQUIRE(scenario.programs.size() == 2);
  CHECK(scenario.programs[0].name == "B");
  CHECK(scenario.programs[0].shell == "default");
  CHECK(scenario.programs[0].ignore_failure == "all-non-zero");
  CHECK(scenario.programs[1].command == "a {t}");
  CHECK(scenario.programs[1].name.empty());
  CHECK(scenario.programs[1].line == 6);
  CHECK(scenario.programs[1].ignore_failure == "1,2");
  CHECK_FALSE(scenario.programs[1].setup);
}

TEST_CASE("a wrong file of programs is one error that names the line") {
  check_problems(
      load_programs, kGoodPrograms,
      {
          {"'a {t}'", "7", "line 7: command: expected a string that is not empty"},
          {"command = 'a {t}'\n", "", "line 6: command: missing"},
          {"shell =", "shelf =", "line 13: shelf: unknown key"},
          {"blocks = 12", "blocks = 0", "line 2: blocks: expected a whole number from 1 to 100000"},
          {"blocks = 12", "blocks = 12\nbudget = '1m'",
           "line 3: budget: stands in the place of blocks"},
          {"'tree'", "'sync'", "line 3: passes: sync is none of time, cpu, tree"},
          {"[1, 2.5, 'x']", "[]", "line 5: t: expected a list that is not empty"},
          {"[1, 2.5, 'x']", "[1, '1']", "line 5: t: 1 is listed twice"},
          {"[1, 2.5, 'x']", "[1, true]", "line 5: t: expected texts or numbers"},
          {"[1, 2]", "[1, 256]",
           "line 8: ignore_failure: expected \"all-non-zero\", or exit statuses from 0 to 255"},
          {"[1, 2]", "[1]\nreference = true", "line 13: reference: there is one already"},
          {"[1, 2]", "[1]\nname = 'B'", "line 11: name: listed twice"},
          {"reference = true", "reference = 'yes'", "line 12: reference: expected true or false"},
          {"'n'", "'../n'", "line 1: name: expected letters, digits, '-', '_' and '.'"},
      });
  check_problems(load_programs,
                 {{"name = 'n'\nprogram = 3\n", "line 2: program: expected a list of tables"},
                  {"name = 'n'\nprogram = [1]\n", "line 2: program: expected a list of tables"}});
}

TEST_CASE("the example of programs is whole") {
  const ProgramScenario scenario = load_programs(SOURCE_ROOT "/scenarios/programs.toml");
  CHECK(scenario.programs.size() == 3);
  CHECK(scenario.programs.front().name == "wc");
}
