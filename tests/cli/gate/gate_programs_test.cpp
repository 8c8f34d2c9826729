// A gate of commands, and of two commits of a project that is not this one.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "profiles/recording/recording.h"
#include "tests/catch.h"
#include "tests/cli/compare.h"
#include "tests/cli/program.h"
#include "tests/text.h"

using namespace winnow;
namespace fs = std::filesystem;

namespace {

// Its CPU time is what it is asked for, whatever else the machine does.
std::string burns(double seconds) { return fmt::format("{} round {}", PLANTED_PROGRAM, seconds); }

struct ProgramGate : Scratch {
  testing::Result run(std::vector<std::string> options) const {
    options.insert(options.begin(), {"gate", "--out", "gate"});
    return testing::winnow(*this, options);
  }
  nlohmann::json verdict() const {
    return nlohmann::json::parse(base::read_file(*this / "gate/verdict.json"));
  }
  // Wall time is the machine's, which may be busy.
  std::vector<std::string> without_wall(std::vector<std::string> options) const {
    base::write_file(*this / "gates.toml", "[[rules]]\nmetric = 'wall_time'\ncheck = false\n");
    options.insert(options.begin(), {"--rules", "gates.toml"});
    return options;
  }
};

nlohmann::json row_of(const nlohmann::json& verdict, const std::string& metric) {
  for (const auto& row : verdict["rows"])
    if (row["metric"] == metric) return row;
  return nullptr;
}

bool sh(const ProgramGate& gate, const std::string& script) {
  return std::system(fmt::format("cd '{}' && ({}) >/dev/null 2>&1", gate.path(), script).c_str()) ==
         0;
}

// The project's one commit more: a program that burns this long.
void commit_program(const ProgramGate& gate, double seconds) {
  base::write_file(gate / "source", fmt::format("#!/bin/sh\nexec {}\n", burns(seconds)));
  REQUIRE(sh(gate, fmt::format("git add source && git -c user.name=a -c user.email=a@example.org "
                               "commit -qm 'burns {} s'",
                               seconds)));
}

// On a machine so busy that the profiler sees less than half of the CPU time, that is told instead.
void check_cause(const nlohmann::json& verdict, const std::string& out) {
  if (verdict["kernels"].empty()) {
    CHECK(has(out, "Which function costs more is unavailable: the profiler saw "));
    CHECK(has(out, "too little for a table"));
    return;
  }
  const auto& cause = verdict["kernels"][0];
  CHECK(cause["function"] == "planted::three_quarters");
  CHECK(cause["unit"] == "ms/run");
  CHECK(cause["risen"] == true);
  CHECK(cause["cause"] == true);
  CHECK(has(out, "`planted::three_quarters`"));
  CHECK(has(out, "### Where the CPU time rose"));
  for (const auto& kernel : verdict["kernels"]) CHECK(kernel["rise_ms_per_iteration"] > 0);
}

}  // namespace

TEST_CASE("of two commands the one that takes more CPU time is a regression, with its cause") {
  const ProgramGate gate;
  const auto result = gate.run(gate.without_wall({"-n", "bench", burns(0.03), burns(0.06)}));
  INFO(result.err << result.out);
  CHECK(result.status == 1);
  const auto verdict = gate.verdict();
  CHECK(verdict["verdict"] == "regression");
  CHECK(verdict["mode"] == "commands");
  CHECK(verdict["baseline"]["source"] == burns(0.03));
  const auto row = row_of(verdict, "cpu_time");
  CHECK(row["variant"] == "bench");
  CHECK(row["status"] == "regression");
  CHECK(row["unit"] == "ms a run");
  CHECK(row["pairs"] == 10);
  CHECK(row_of(verdict, "process_creations")["status"] == "equal");
  CHECK(verdict["disturbance"]["rounds"] == 10);
  CHECK(has(verdict["workload"], burns(0.03) + ", against " + burns(0.06)));
  check_cause(verdict, result.out);
  CHECK(base::read_file(gate / "gate/junit.xml").find("<failure") != std::string::npos);
  const auto recording = profiles::read_recording(gate / "gate/run");
  CHECK(recording.variants.front().name == "base-bench");
  CHECK(recording.variants.back().side == profiles::Side::head);
  CHECK(profiles::read_recording(gate / "gate/cpu").profiles.contains("head-bench"));
}

TEST_CASE("a command that sleeps longer is a regression at once: no profile shows why") {
  const ProgramGate gate;
  const auto result = gate.run({"--print", "summary", "sleep 0.02", "sleep 0.2"});
  INFO(result.err << result.out);
  CHECK(result.status == 1);
  CHECK(
      has(gate.verdict()["sentence"], "CPU time did not rise as much: the program waits longer."));
  CHECK_FALSE(fs::exists(gate / "gate/cpu"));
  CHECK(result.out.starts_with("regression: "));
  CHECK(has(result.out, "\nTimes "));
  CHECK(has(result.out, "\nReport     gate/summary.md\nRecording  gate/run\n"));
}

TEST_CASE("a command held against itself is no regression") {
  const ProgramGate gate;
  const auto result = gate.run(gate.without_wall({"--pairs", "10", burns(0.03), burns(0.03)}));
  INFO(result.err << result.out);
  CHECK((result.status == 0 || result.status == 5));
  const auto verdict = gate.verdict();
  CHECK(row_of(verdict, "cpu_time")["status"] != "regression");
  CHECK(row_of(verdict, "execs")["status"] == "equal");
  CHECK(verdict["smallest_detectable_effect"] != "");
  CHECK(verdict["kernels"].empty());
}

TEST_CASE("processes and outputs of commands are compared exactly") {
  const ProgramGate gate;
  const std::string one = "sh -c '/bin/echo a; exit 0'";
  const auto exact = [&](const std::string& base, const std::string& head) {
    return gate.run({"--exact-only", base, head});
  };
  CHECK(exact(one, one).status == 0);
  const auto more = exact(one, "sh -c '/bin/true; /bin/echo a; exit 0'");
  INFO(more.out);
  CHECK(more.status == 1);
  CHECK(more.out.find("process\\_creations rose from 1 to 2 a run") != std::string::npos);
  CHECK(exact(one, "sh -c '/bin/echo b; exit 0'").status == 3);
  CHECK(row_of(gate.verdict(), "checksum")["status"] == "changed work");
  CHECK(gate.run({"--exact-only", "--ignore-output", one, "sh -c '/bin/echo b; exit 0'"}).status ==
        0);
}

TEST_CASE("a command that fails is an invalid gate, and its verdict is written") {
  const ProgramGate gate;
  const auto result = gate.run({"true", "false"});
  INFO(result.err << result.out);
  CHECK(result.status == 3);
  CHECK(gate.verdict()["verdict"] == "invalid");
  CHECK(gate.verdict()["sentence"] == "false: exit status 1.");
  CHECK(gate.verdict()["candidate"]["source"] == "false");
}

TEST_CASE("an invalid gate tells the status and the last lines of what failed") {
  const ProgramGate gate;
  // At once, or when it has run a while: the lock is taken by its third run.
  const std::string fails = "sh -c 'echo one >&2; echo \"two <b>\" >&2; exit 7'";
  const std::string fails_later =
      "sh -c 'echo x >>count; test $(wc -l <count) -lt 4 || { echo too many >&2; exit 9; }'";
  struct Planted {
    std::string command;
    const char* why;
    std::vector<std::string> lines;
  };
  for (const Planted& planted : {Planted{fails, "exit status 7", {"one", "two <b>"}},
                                 Planted{fails_later, "exit status 9", {"too many"}}}) {
    INFO(planted.command);
    const auto result = gate.run({"-n", "bench", "--runs-per-block", "1", "true", planted.command});
    INFO(result.err << result.out);
    CHECK(result.status == 3);
    const auto verdict = gate.verdict();
    CHECK(verdict["verdict"] == "invalid");
    REQUIRE(verdict["failures"].size() >= 1);
    CHECK(has(verdict["failures"][0]["program"], "bench"));
    CHECK(verdict["failures"][0]["why"] == planted.why);
    CHECK(verdict["failures"][0]["last_lines"] == planted.lines);
    CHECK(verdict["disturbance"]["rounds"] <= 4);  // no more pairs are taken for what is invalid
    CHECK(has(result.out, "### What failed"));
    CHECK(has(result.out, planted.lines.back() + "\n```\n"));
    const std::string junit = base::read_file(gate / "gate/junit.xml");
    CHECK(has(junit, planted.why));
    CHECK(has(junit, planted.lines.back().substr(0, 3)));
  }
}

TEST_CASE("a gate that is killed or interrupted leaves an invalid verdict, not the one before") {
  const ProgramGate gate;
  REQUIRE(gate.run({"--exact-only", "true", "true"}).status == 0);
  REQUIRE(gate.verdict()["verdict"] == "pass");
  ::setenv("GITHUB_STEP_SUMMARY", (gate / "summary").c_str(), 1);
  for (const int signal : {SIGKILL, SIGINT}) {
    INFO(signal);
    const std::string nap = testing::nap_of(31430 + signal);
    const pid_t process =
        testing::start_winnow(gate, {"gate", "--out", "gate", "sleep " + nap, "sleep " + nap});
    CHECK(testing::begins_to_sleep(nap));
    CHECK(gate.verdict()["verdict"] == "invalid");
    CHECK(has(base::read_file(gate / "summary"), "A winnow gate began"));
    kill(process, signal);
    testing::wait(gate, process);
    CHECK(gate.verdict()["verdict"] == "invalid");
    CHECK(has(gate.verdict()["sentence"], signal == SIGKILL ? "was killed" : "interrupted"));
    CHECK(base::read_file(gate / "gate/summary.md").find("invalid") != std::string::npos);
    CHECK(base::read_file(gate / "gate/junit.xml").find("<error") != std::string::npos);
    CHECK(testing::ends_everywhere(nap));
  }
  ::unsetenv("GITHUB_STEP_SUMMARY");
  CHECK(has(base::read_file(gate / "summary"), "interrupted"));
}

TEST_CASE("a gate of commands takes no option of another gate, nor another gate one of its") {
  const ProgramGate gate;
  const std::vector<std::vector<std::string>> wrong{
      {"true", "true", "true"},
      {"--variants", "pool", "true", "true"},
      {"--baseline", "x", "--candidate", "y", "true", "true"},
      {"--warmup", "3", "--baseline", "x", "--candidate", "y"},
      {"--base", "HEAD", "--shell", "default", "batch32"},
      {"--build", "make", "./bench"},
      {"--head", "HEAD", "./bench"},
      {"--base", "HEAD", "--build", "make"},
      {"true | cat", "true"},
      {"true"},
      {"--pairs", "1281", "true", "true"},
      {"--budget", "soon", "true", "true"},
      {"--warmup", "-1", "true", "true"},
  };
  for (const auto& options : wrong) {
    const auto result = gate.run(options);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  }
  base::write_file(gate / "gates.toml", "[[rules]]\nmetric = 'alocations'\n");
  CHECK(gate.run({"--rules", "gates.toml", "true", "true"}).status == 2);
  CHECK(!fs::exists(gate / "gate"));
}

TEST_CASE("two commits of a project are built, run and judged") {
  const ProgramGate gate;
  if (!sh(gate, "git init -q")) {
    std::cout << "skipped: needs git\n";
    return;
  }
  commit_program(gate, 0.03);
  commit_program(gate, 0.06);
  const std::string build = "cp source bench; chmod +x bench";
  const auto result =
      gate.run(gate.without_wall({"--base", "HEAD~1", "--build", build, "./bench"}));
  INFO(result.err << result.out);
  CHECK(result.status == 1);
  const auto verdict = gate.verdict();
  CHECK(verdict["mode"] == "builds");
  CHECK(verdict["baseline"]["source"].get<std::string>().starts_with("HEAD~1 ("));
  CHECK(verdict["baseline"]["commit"].get<std::string>().size() == 40);
  CHECK(verdict["candidate"]["source"].get<std::string>().starts_with("HEAD ("));
  CHECK(verdict["baseline"]["subject"] == "burns 0.03 s");
  CHECK(verdict["candidate"]["subject"] == "burns 0.06 s");
  CHECK(has(result.out, ": burns 0.06 s\n"));
  // A branch moves on: the command names the commit.
  const std::string again = verdict["command"];
  CHECK(again == fmt::format("winnow gate --out gate --rules gates.toml --base {} --build '{}' "
                             "./bench",
                             verdict["baseline"]["commit"].get<std::string>(), build));
  CHECK(verdict["rows"][0]["variant"] == "bench");
  check_cause(verdict, result.out);
  // What needs no build is refused before any.
  base::write_file(gate / "none.toml", "[[rules]]\nmetric = 'alocations'\n");
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {"--rules", "none.toml"}, {"--pairs", "0"}, {"--budget", "soon"}, {"--head", "no"}}) {
    std::vector<std::string> options{"gate", "--base", "HEAD~1", "--build", "echo new", "./bench"};
    options.insert(options.end(), wrong.begin(), wrong.end());
    const auto refused = testing::winnow(gate, options);
    INFO(wrong.front() << ": " << refused.err);
    CHECK(refused.status == 2);
    CHECK_FALSE(has(refused.err, "building"));
  }
  CHECK(result.out.find("changes that are in no commit") == std::string::npos);

  base::write_file(gate / "source", "changed\n");
  const auto same = gate.run({"--base", "HEAD", "--exact-only", "--build", build, "./bench"});
  INFO(same.err << same.out);
  CHECK(same.status == 0);
  CHECK(same.out.find("changes that are in no commit") != std::string::npos);

  base::write_file(gate / "bench.toml",
                   "name = 'benches'\n[[program]]\nname = 'bench'\ncommand = './bench'\n"
                   "[[program]]\nname = 'twice'\ncommand = './bench; ./bench'\n"
                   "shell = 'default'\n");
  const std::vector<std::string> commits{"--base", "HEAD", "--build", build, "--exact-only"};
  auto with_file = commits;
  with_file.push_back("bench.toml");
  const auto file = gate.run(with_file);
  INFO(file.err << file.out);
  CHECK(file.status == 0);
  const auto recording = profiles::read_recording(gate / "gate/run");
  REQUIRE(recording.variants.size() == 4);
  CHECK(recording.variants[3].name == "head-twice");
  with_file.push_back("--warmup=2");
  CHECK(gate.run(with_file).status == 2);

  CHECK(gate.run({"--base", "nothing", "--build", build, "./bench"}).status == 2);
  const std::string breaks = "echo no such thing >&2; exit 7";
  const auto broken = gate.run({"--base", "HEAD", "--build", breaks, "./bench"});
  CHECK(broken.status == 3);
  CHECK(has(gate.verdict()["sentence"], "no such thing"));
  CHECK(has(gate.verdict()["failures"][0]["program"], "build of HEAD"));
  CHECK(gate.verdict()["failures"][0]["last_lines"][0] == "no such thing");
}
