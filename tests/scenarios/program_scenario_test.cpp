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

const std::string kGoodProgramSweep =
    "name = 'n'\n"
    "[sweep]\n"
    "parameter = 'size'\n"
    "values = [1, 8]\n"
    "threads = '1..all'\n"
    "neighbours = [0, 'all']\n"
    "[[program]]\n"
    "command = 'a {size} {threads}'\n"
    "[[program]]\n"
    "command = 'b'\n";

ProgramScenario load_on_two_cores(const std::string& path) { return load_programs(path, 2); }

}  // namespace

TEST_CASE("the keys of programs are read, the reference stands first") {
  const TextFile file(kGoodPrograms);
  CHECK(holds_programs(file.path()));
  const ProgramScenario scenario = load_programs(file.path(), 2);
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

TEST_CASE("programs take every pass that a command takes") {
  std::string text = kGoodPrograms;
  const std::string two = "['time', 'tree']";
  text.replace(text.find(two), two.size(),
               "['time', 'cpu', 'heap', 'sync', 'tree', 'futex', 'count']");
  const TextFile file(text);
  CHECK(load_programs(file.path(), 2).passes ==
        std::vector<std::string>{"time", "cpu", "heap", "sync", "tree", "futex", "count"});
}

TEST_CASE("a wrong file of programs is one error that names the line") {
  check_problems(
      load_on_two_cores, kGoodPrograms,
      {
          {"'a {t}'", "7", "line 7: command: expected a string that is not empty"},
          {"command = 'a {t}'\n", "", "line 6: command: missing"},
          {"shell =", "shelf =", "line 13: shelf: unknown key"},
          {"blocks = 12", "blocks = 0", "line 2: blocks: expected a whole number from 1 to 100000"},
          {"blocks = 12", "blocks = 12\nbudget = '1m'",
           "line 3: budget: stands in the place of blocks"},
          {"'tree'", "'wall'",
           "line 3: passes: wall is none of time, cpu, heap, sync, tree, futex, count"},
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
  check_problems(load_on_two_cores,
                 {{"name = 'n'\nprogram = 3\n", "line 2: program: expected a list of tables"},
                  {"name = 'n'\nprogram = [1]\n", "line 2: program: expected a list of tables"}});
}

TEST_CASE("the example of programs is whole") {
  const ProgramScenario scenario = load_programs(SOURCE_ROOT "/scenarios/programs.toml", 2);
  CHECK(scenario.programs.size() == 3);
  CHECK(scenario.programs.front().name == "wc");
}

TEST_CASE("a sweep of programs has a parameter, threads or both") {
  const TextFile both(kGoodProgramSweep);
  CHECK(is_sweep(both.path()));
  const ProgramSweep sweep = load_on_two_cores(both.path()).sweep.value();
  CHECK(sweep.parameter == "size");
  CHECK(sweep.matrix.batch == std::vector<int>{1, 8});
  CHECK(sweep.matrix.threads == std::vector<int>{1, 2});
  CHECK(sweep.matrix.neighbours == std::vector<int>{0, 2});
  CHECK(sweep.matrix.blocks == 6);
  const TextFile alone(
      "name = 'n'\n[sweep]\nthreads = [1, 2]\n[[program]]\ncommand = 'a {threads}'\n");
  CHECK(load_on_two_cores(alone.path()).sweep->parameter == "threads");
  CHECK(load_on_two_cores(alone.path()).sweep->matrix.batch == std::vector<int>{1});
}

TEST_CASE("a wrong sweep of programs is one error that names the line") {
  check_problems(
      load_on_two_cores, kGoodProgramSweep,
      {
          {"'size'", "'threads'", "line 3: parameter: threads have a key of their own"},
          {"'size'", "'length'", "line 3: parameter: no command has {length}"},
          {" {threads}", "", "line 5: threads: no command has {threads}"},
          {"[1, 8]", "[0]", "line 4: values: expected whole numbers from 1 to 1000000"},
          {"parameter = 'size'\n", "", "line 3: values: unknown key"},
          {"[sweep]", "blocks = 3\n[sweep]",
           "line 2: blocks: of a sweep it stands in the table [sweep]"},
          {"[sweep]", "passes = ['time']\n[sweep]",
           "line 2: passes: a sweep is timed only; without [sweep] the same programs take passes"},
          {"[sweep]", "budget = '2m'\n[sweep]\nblocks = 3",
           "line 2: budget: stands in the place of blocks"},
      });
}
