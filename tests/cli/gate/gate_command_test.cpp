// `winnow gate` from its files to its files: what it writes, and every exit status.
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "profiles/recording/recording.h"
#include "tests/catch.h"
#include "tests/cli/program.h"
#include "tests/text.h"

using namespace winnow;
namespace fs = std::filesystem;

namespace {

// A recording as a run leaves it, of one variant without raw files.
profiles::Recording recording() {
  profiles::Recording r;
  r.created = "2026-01-02T03:04:05Z";
  r.winnow_version = "0.1.0";
  r.status = profiles::RunStatus::complete;
  r.machine = {{"cpu_model", "A CPU", ""}, {"cores", "4", ""}};
  r.workload = {"tiny", "", 2, 10, 2, 5, 1, "5d1c"};
  r.workload.item = "text";
  r.model = profiles::Model{"m", "m.gguf", 9, true, "a076"};
  r.baseline = "pool";
  r.variants.resize(1);
  r.variants[0].name = "pool";
  profiles::Block block;
  block.pass = profiles::Pass::sync;
  block.variant = "pool";
  block.isa = "avx2";
  block.iteration_wall_ns = {5, 5, 5, 5, 5};
  block.work = {{"tokens", 50}};
  block.checksum = "0123";
  r.blocks.push_back(block);
  profiles::SyncProfile sync;
  sync.iterations = 5;
  sync.thread_create = profiles::Calls{0, 0};
  sync.allocations = 20;
  sync.allocated_bytes = 2000;
  r.profiles["pool"].sync = sync;
  return r;
}

struct Gate : Scratch {
  Gate() {
    write("before", recording());
    write("after", recording());
  }
  void write(const std::string& name, const profiles::Recording& r) const {
    fs::create_directories(*this / name);
    profiles::write_recording(*this / name, r);
  }
  void change(const std::function<void(profiles::Recording&)>& change) const {
    profiles::Recording r = recording();
    change(r);
    write("after", r);
  }
  testing::Result run(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"gate", "--baseline", "before", "--candidate", "after"});
    return testing::winnow(*this, options);
  }
  nlohmann::json verdict() const {
    return nlohmann::json::parse(base::read_file(*this / "gate/verdict.json"));
  }
};

int run_rules(const Gate& gate, const std::string& rules, std::string& err) {
  base::write_file(gate / "gates.toml", rules);
  const auto result = gate.run({"--rules", "gates.toml", "--out", "gate"});
  err = result.err;
  return result.status;
}

}  // namespace

TEST_CASE("each verdict has its exit status and is written for people, JSON, JUnit") {
  const Gate gate;
  auto result = gate.run({"--out", "gate"});
  CHECK(result.status == 0);
  CHECK(result.out.find("## Winnow gate: pass\n") == 0);
  CHECK(result.out == base::read_file(gate / "gate/summary.md"));
  CHECK(gate.verdict()["verdict"] == "pass");
  CHECK(base::read_file(gate / "gate/junit.xml").find("failures=\"0\" errors=\"0\"") !=
        std::string::npos);

  gate.change([](auto& r) { *r.profiles["pool"].sync->allocations += 10; });
  result = gate.run({"--out", "gate"});
  CHECK(result.status == 1);
  CHECK(result.out.find(
            "## Winnow gate: regression\n\npool: allocations rose from 2 to 3 a text") == 0);
  CHECK(gate.verdict()["exit_status"] == 1);
  CHECK(gate.verdict()["rows"][0]["metric"] == "allocations");
  CHECK(base::read_file(gate / "gate/junit.xml").find("failures=\"2\"") != std::string::npos);

  const auto accept = [&] {
    base::write_file(gate / "accept.toml", gate.verdict()["accepting_rules"].get<std::string>());
    return gate.run({"--out", "gate", "--rules", "accept.toml"}).status;
  };
  CHECK(gate.verdict()["command"] == "winnow gate --baseline before --candidate after --out gate");
  CHECK(gate.verdict()["workload"] ==
        "scenario tiny: pool; 2 threads, 2 texts an iteration, 5 iterations a process");
  CHECK(accept() == 0);

  gate.change([](auto& r) { r.blocks[0].checksum = "other"; });
  CHECK(gate.run({"--out", "gate"}).status == 3);
  CHECK(gate.verdict()["verdict"] == "invalid");
  CHECK(accept() == 0);

  gate.change([](auto& r) { r.workload.threads = 3; });
  CHECK(gate.run({"--out", "gate"}).status == 4);
  CHECK(gate.verdict()["verdict"] == "no comparable baseline");
  fs::remove_all(gate / "before");
  CHECK(gate.run({"--out", "gate"}).status == 4);
}

TEST_CASE("wrong usage is status 2 and writes nothing") {
  const Gate gate;
  const auto fails = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "gate");
    const auto result = testing::winnow(gate, arguments);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK(result.err.find("winnow: ") == 0);
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  };
  fails({});
  fails({"--baseline", "before"});
  fails({"--candidate", "after"});
  fails({"--baseline", "before", "--candidate", "after", "--pairs", "10"});
  fails({"--baseline", "before", "--candidate", "after", "scenario.toml"});
  fails({"--base-build", "x", "--base", "HEAD", "s.toml"});
  fails({"--base-build", "x", "--baseline", "before", "s.toml"});
  fails({"--base-build", "x"});
  fails({"--nonsense"});
  CHECK_FALSE(fs::exists(gate / "out"));
  base::write_file(gate / "summary.md", "mine");
  base::write_file(gate / "wrong.toml", "other = 1\n");
  fails({"--baseline", "before", "--candidate", "after", "--rules", "wrong.toml"});
  CHECK(base::read_file(gate / "summary.md") == "mine");
  CHECK_FALSE(fs::exists(gate / "verdict.json"));
  fs::create_directory(gate / "reports");
  base::write_file(gate / "reports/junit.xml", "mine");
  fails({"--baseline", "before", "--candidate", "after", "--rules", "wrong.toml", "--out",
         "reports"});
  CHECK(base::read_file(gate / "reports/junit.xml") == "mine");
  CHECK_FALSE(fs::exists(gate / "reports/verdict.json"));
  CHECK_FALSE(fs::exists(gate / "reports/summary.md"));

  // An earlier verdict does not outlive a command line that is wrong.
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"--out", "gate", "--nonsense"},
                                             {"-o", "gate", "--nonsense"},
                                             {"-ogate", "--nonsense"},
                                             {"--out=gate", "--baseline", "before"},
                                             {"--out", "gate", "--base-build", "x"}}) {
    REQUIRE(gate.run({"--out", "gate"}).status == 0);
    REQUIRE(gate.verdict()["verdict"] == "pass");
    fails(wrong);
    CHECK(gate.verdict()["verdict"] == "invalid");
    CHECK(gate.verdict()["exit_status"] == 2);
  }
}

TEST_CASE(
    "every mistake in a rule file is one line that names the file; no earlier verdict stays") {
  const Gate gate;
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"", "rules: missing"},
      {"rules = 3\n", "rules: expected"},
      {"[[rules]]\nmetric = 'allocations'\nrize = 1\n", "line 3: rize: unknown key"},
      {"[[rules]]\nrise = 1\n", "metric: missing"},
      {"[[rules]]\nmetric = 'allocations'\nrise = nan\n", "line 3: rise: expected"},
      {"[[rules]]\nmetric = 'allocations'\nrise = inf\n", "line 3: rise: expected"},
      {"[[rules]]\nmetric = 'allocations'\nrise = -1\n", "line 3: rise: expected"},
      {"[[rules]]\nmetric = 'allocations'\nrise = 'x'\n", "line 3: rise: expected"},
      {"[[rules]]\nmetric = 'allocations'\nrange = [3]\n", "range: expected"},
      {"[[rules]]\nmetric = 'allocations'\nrange = [3, 2]\n", "range: expected"},
      {"[[rules]]\nmetric = 'allocations'\nrange = [0, nan]\n", "range: expected"},
      {"[[rules]]\nmetric = 'allocations'\ncheck = 1\n", "check: expected true or false"},
      {"[[rules]]\nmetric = 'wall_time'\nallowance_percent = 9\ntolerance_percent = 5\n",
       "tolerance_percent: must be more"},
      {"[[rules]]\nmetric = 'alocations'\n", "takes nothing that was measured"},
      {"[[rules]]\nmetric = 'allocations'\nvariant = 'steal'\n", "takes nothing that was measured"},
      {"[[rules]\n", "line 1"},
      {"other = 1\n[[rules]]\nmetric = 'allocations'\n", "other: unknown key"},
  };
  for (const auto& [text, said] : mistakes) {
    const std::string problem = said;
    std::string err;
    INFO(text);
    CHECK(run_rules(gate, text, err) == 2);
    CHECK_FALSE(fs::exists(gate / "gate"));
    fs::create_directory(gate / "gate");
    base::write_file(gate / "gate/verdict.json", "the last one");
    CHECK(run_rules(gate, text, err) == 2);
    INFO(err);
    CHECK(err.find("winnow: gates.toml: ") == 0);
    CHECK(err.find(problem) != std::string::npos);
    CHECK(std::count(err.begin(), err.end(), '\n') == 1);
    CHECK(gate.verdict()["verdict"] == "invalid");
    CHECK(gate.verdict()["mode"] == "recordings");
    CHECK(has(gate.verdict()["command"], "--rules gates.toml"));
    CHECK(has(gate.verdict()["sentence"], problem));
    fs::remove_all(gate / "gate");
  }
  std::string err;
  CHECK(run_rules(gate, "[[rules]]\nmetric = 'allocations'\nrise = 1\n", err) == 0);
}

TEST_CASE("a recording that is none is status 3, and the verdict is invalid") {
  const Gate gate;
  const std::string good = base::read_file(gate / "after/recording.json");
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  const std::vector<std::pair<std::string, std::string>> broken = {
      {"", "not JSON"},
      {"{}", "no schema"},
      {good.substr(0, good.size() / 2), "not JSON"},
      {replaced("\"schema\": 2", "\"schema\": 99"), "schema 99 is newer"},
      {replaced("\"allocations\": 20", "\"allocations\": -20"), "allocations"},
      {replaced("\"allocations\": 20", "\"allocations\": NaN"), "not JSON"},
      {replaced("\"allocations\": 20", "\"allocations\": 1e999"), "out of range"},
      {replaced("\"status\": \"ok\"", "\"status\": \"signal 9\""),
       "no block ended well; the first, "},
  };
  for (const auto& [text, problem] : broken)
    for (const char* side : {"after", "before"}) {
      INFO(side << ": " << problem);
      base::write_file(gate / "before/recording.json", good);
      base::write_file(gate / "after/recording.json", good);
      base::write_file(gate / (std::string(side) + "/recording.json"), text);
      fs::create_directories(gate / "gate");
      base::write_file(gate / "gate/verdict.json", "the last one");
      const auto result = gate.run({"--out", "gate"});
      CHECK(result.status == 3);
      CHECK(result.err.find(std::string("winnow: ") + side) == 0);
      CHECK(result.err.find(problem) != std::string::npos);
      CHECK(result.out.empty());
      CHECK(gate.verdict()["verdict"] == "invalid");
      CHECK(has(gate.verdict()["sentence"], problem));
    }
}

TEST_CASE("the step summary of a gate that ends by an error says so, behind what was there") {
  const Gate gate;
  base::write_file(gate / "summary", "before\n");
  base::write_file(gate / "after/recording.json", "{}");
  ::setenv("GITHUB_STEP_SUMMARY", (gate / "summary").c_str(), 1);
  const auto result = gate.run({"--out", "gate"});
  ::unsetenv("GITHUB_STEP_SUMMARY");
  CHECK(result.status == 3);
  const std::string summary = base::read_file(gate / "summary");
  INFO(summary);
  CHECK(summary.find("before\n## Winnow gate: invalid\n\nafter") == 0);
  CHECK(has(summary, "no schema"));
  CHECK(summary.find("was killed") == std::string::npos);
}

TEST_CASE("a verdict that was measured stays, whatever cannot be told of it") {
  const Gate gate;
  gate.change([](auto& r) { *r.profiles["pool"].sync->allocations += 10; });
  const auto ends = [&](const std::string& words) {
    const std::string command =
        fmt::format("cd {} && {}", gate.path(), fmt::format(fmt::runtime(words), WINNOW_PROGRAM));
    return WEXITSTATUS(std::system(command.c_str()));
  };
  const std::string judged = "{} gate --baseline before --candidate after --out gate";
  CHECK(ends(judged + " >/dev/full 2>err") == 3);
  CHECK(has(base::read_file(gate / "err"), "winnow: standard output: "));
  CHECK(gate.verdict()["verdict"] == "regression");
  CHECK(ends("GITHUB_STEP_SUMMARY=/dev/full " + judged + " >out 2>err") == 3);
  CHECK(gate.verdict()["verdict"] == "regression");

  // What is wrong is told first, and decides the status.
  CHECK(ends("GITHUB_STEP_SUMMARY=/nowhere/x " + judged + " --nonsense >out 2>err") == 2);
  CHECK(has(base::read_file(gate / "err"), "--nonsense"));
  CHECK(ends("TMPDIR=/nowhere " + judged + " >out 2>err") == 1);
}

TEST_CASE("GitHub gets annotations and the summary behind what was there") {
  const Gate gate;
  gate.change([](auto& r) { *r.profiles["pool"].sync->allocations += 10; });
  base::write_file(gate / "summary", "before\n");
  ::setenv("GITHUB_ACTIONS", "true", 1);
  ::setenv("GITHUB_STEP_SUMMARY", (gate / "summary").c_str(), 1);
  const auto result = gate.run();
  ::unsetenv("GITHUB_ACTIONS");
  ::unsetenv("GITHUB_STEP_SUMMARY");
  CHECK(result.status == 1);
  CHECK(result.out.find("\n::error title=Winnow gate%3A regression::pool: allocations rose") !=
        std::string::npos);
  CHECK(base::read_file(gate / "summary").find("before\n## Winnow gate: regression") == 0);
  CHECK(gate.run().out.find("::error") == std::string::npos);
}

TEST_CASE("the example of a rule file is whole") {
  const Gate gate;
  gate.change([](auto& r) { *r.profiles["pool"].sync->allocated_bytes += 16 * 10; });
  CHECK(gate.run().status == 1);
  const auto result = gate.run({"--rules", WINNOW_EXAMPLE_RULES});
  INFO(result.err);
  CHECK(result.status == 0);
  CHECK(result.out.find("a rise of 16") != std::string::npos);
  gate.change([](auto& r) { *r.profiles["pool"].sync->allocated_bytes += 17 * 10; });
  CHECK(gate.run({"--rules", WINNOW_EXAMPLE_RULES}).status == 1);
}
