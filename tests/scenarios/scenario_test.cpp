#include "scenarios/scenario.h"

#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "tests/catch.h"

namespace fs = std::filesystem;
using namespace winnow;
using scenarios::load_scenario;

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

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

scenarios::Scenario load_text(const std::string& text) {
  std::string path = (fs::temp_directory_path() / "winnow-scenario-XXXXXX").string();
  ::close(::mkstemp(path.data()));
  base::write_file(path, text);
  try {
    auto scenario = load_scenario(path);
    fs::remove(path);
    return scenario;
  } catch (...) {
    fs::remove(path);
    throw;
  }
}

// The error's text after the path.
std::string problem_of(const std::string& text) {
  try {
    load_text(text);
  } catch (const base::UsageError& error) {
    const std::string what = error.what();
    return what.substr(what.find(": ") + 2);
  }
  return "no error";
}

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

TEST_CASE("the baseline stands first") {
  CHECK(load_text("baseline = 'pool'\n" + kGood).variants.front().name == "pool");
  CHECK(problem_of("baseline = 'x'\n" + kGood) == "line 1: baseline: not one of the variants");
}

TEST_CASE("a wrong scenario is one error that names the line") {
  CHECK(problem_of("colour = 3\n" + kGood) == "line 1: colour: unknown key");
  CHECK(problem_of(kGood + "colour = 3\n") == "line 11: colour: unknown key");
  CHECK(problem_of(replaced(kGood, "'n'", "3")) ==
        "line 1: name: expected a string that is not empty");
  CHECK(problem_of(replaced(kGood, "'n'", "'../n'")) ==
        "line 1: name: expected letters, digits, '-', '_' and '.'");
  CHECK(problem_of(replaced(kGood, "20", "0")) ==
        "line 3: iterations: expected a whole number from 1 to 1000000");
  CHECK(problem_of(replaced(kGood, "20", "2.5")) ==
        "line 3: iterations: expected a whole number from 1 to 1000000");
  CHECK(problem_of(replaced(kGood, "blocks = 4\n", "")) == "line 1: blocks: missing");
  CHECK(problem_of(replaced(kGood, "['a', 'b', 'c']", "[]")) ==
        "line 2: texts: expected a list of strings");
  CHECK(problem_of(replaced(kGood, "'b'", "7")) == "line 2: texts: expected a list of strings");
  CHECK(problem_of(replaced(kGood, "'sync'", "'gpu'")) ==
        "line 5: passes: gpu is none of time, cpu, wall, heap, sync");
  CHECK(problem_of(replaced(kGood, "'pool'", "'spawn'")) == "line 9: name: listed twice");
  CHECK(problem_of("= 3").rfind("line 1: ", 0) == 0);
  CHECK(problem_of("threads = 1025\n" + kGood) ==
        "line 1: threads: expected a whole number from 0 to 1024");
  std::string deep = "x";
  for (int i = 0; i < 200'000; ++i) deep += i % 2 == 0 ? ".x" : ".'x'";
  CHECK(problem_of("\n" + deep + " = 1") == "line 2: a key of more than 1000 parts");
  CHECK(problem_of("[" + deep + "]") == "line 1: a key of more than 1000 parts");
  CHECK_THROWS_AS(load_scenario("/no/such/file.toml"), base::Error);
}

TEST_CASE("a batch larger than the texts repeats them in order") {
  const auto scenario = load_text(kGood);
  CHECK(scenarios::batch_texts(scenario, 5) == std::vector<std::string>{"a", "b", "c", "a", "b"});
  CHECK(scenarios::batch_texts(scenario, 2) == std::vector<std::string>{"a", "b"});
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
