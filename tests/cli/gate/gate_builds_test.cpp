// A gate of two builds, on a model that is made in milliseconds. It runs preloaded agents.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "profiles/recording/recording.h"
#include "tests/catch.h"
#include "tests/cli/program.h"

using namespace winnow;
namespace fs = std::filesystem;

namespace {

struct TinyGate : testing::TinyModel {
  TinyGate()
      : TinyModel("gate",
                  "name = 'tiny'\ntexts = ['one', 'two words', 'three words here', '']\n"
                  "iterations = 16\nblocks = 8\nthreads = 2\npasses = ['time']\n"
                  "[[variants]]\nname = 'spawn'\n[[variants]]\nname = 'pool'\n") {}
  nlohmann::json verdict() const {
    return nlohmann::json::parse(base::read_file(*this / "gate/verdict.json"));
  }
};

// A build folder whose programs are those of the present build behind a shell script.
void write_build(const TinyGate& gate, const std::string& name, const std::string& script) {
  const std::string folder = name + "/scenarios";
  fs::create_directories(gate / folder);
  for (const char* variant : {"spawn", "pool"}) {
    const std::string path = gate / (folder + "/winnow-engine-" + variant);
    std::string text = "#!/bin/sh\n" + script + "\n";
    const std::string engine = std::string(WINNOW_ENGINES) + "/winnow-engine-" + variant;
    for (size_t at; (at = text.find("ENGINE")) != std::string::npos;) text.replace(at, 6, engine);
    base::write_file(path, text);
    fs::permissions(path, fs::perms::owner_all);
  }
}

void run_in(const TinyGate& gate, const std::string& command) {
  INFO(command);
  REQUIRE(std::system(("cd '" + gate.path() + "' && " + command + " >/dev/null 2>&1").c_str()) ==
          0);
}

// A repository in the working folder whose build makes one program: what engine.sh says.
void commit_engine(const TinyGate& gate, const std::string& script, const std::string& tag) {
  fs::create_directories(gate / "scenarios");
  base::write_file(gate / "meson.build", "project('small')\nsubdir('scenarios')\n");
  base::write_file(gate / "scenarios/meson.build",
                   "custom_target('engine', input: 'engine.sh', output: 'winnow-engine-pool',\n"
                   "  command: ['sh', '@INPUT@', '@INPUT@', '@OUTPUT@'])\n");
  base::write_file(gate / "scenarios/engine.sh", script);
  const std::string git = "git -c user.name=t -c user.email=t@example.org ";
  run_in(gate, "git init -q . && git add meson.build scenarios && " + git + "commit -q -m " + tag +
                   " && git tag " + tag);
}

// Copies itself when it is built, and is the engine when it is run.
std::string engine_script() {
  return std::string("if [ \"${2##*/}\" = winnow-engine-pool ]; then\n") +
         "  cp \"$1\" \"$2\"; chmod +x \"$2\"; exit\nfi\nexec " + WINNOW_ENGINES +
         "/winnow-engine-pool \"$@\"\n";
}

}  // namespace

TEST_CASE(
    "a build held against itself has equal counters, and pairs of every variant's processes") {
  TinyGate gate;
  const auto result = gate.run({"--base-build", WINNOW_ENGINES, "--pairs", "2", "--out", "gate"});
  INFO(result.err << result.out);
  CHECK(result.status == 5);  // two pairs prove nothing
  const auto verdict = gate.verdict();
  CHECK(verdict["verdict"] == "inconclusive");
  int exact = 0, statistical = 0;
  for (const auto& row : verdict["rows"]) {
    INFO(row.dump());
    ++(row["tier"] == "exact" ? exact : statistical);
    if (row["tier"] == "exact")
      CHECK((row["status"] == "equal" || row["status"] == "within the limit" ||
             row["status"] == "not checked"));
    else
      CHECK(row["pairs"] == 2);
  }
  CHECK(exact > 20);
  CHECK(statistical == 6);
  const auto recording = profiles::read_recording(gate / "gate/run");
  CHECK(recording.variants.size() == 4);
  CHECK(recording.variants[0].name == "base-spawn");
  CHECK(recording.variants[1].name == "head-spawn");
  CHECK(recording.variants[1].side == profiles::Side::head);
  CHECK(recording.variants[1].arm_of == "spawn");
}

TEST_CASE("counters alone decide without a pair, and the run of builds can be a stored baseline") {
  TinyGate gate;
  const auto result = gate.run({"--base-build", WINNOW_ENGINES, "--exact-only", "--out", "gate"});
  INFO(result.err << result.out);
  CHECK(result.status == 0);
  CHECK(gate.verdict()["verdict"] == "pass");
  CHECK(
      testing::winnow(gate, {"gate", "--baseline", "gate/run", "--candidate", "gate/run"}).status ==
      0);
}

TEST_CASE("more work in the head's programs is caught by counters, a failing head is invalid") {
  TinyGate gate;
  write_build(gate, "base", "exec ENGINE \"$@\"");
  write_build(gate, "failing", "echo out of luck >&2; exit 3");
  // The same iterations, but of texts that the base does not have.
  write_build(gate, "other",
              "sed -i 's/two words/two more words/' tiny.toml; ENGINE \"$@\"; s=$?;\n"
              "sed -i 's/two more words/two words/' tiny.toml; exit $s");
  const auto with_head = [&](const std::string& head) {
    return gate.run(
        {"--base-build", "base", "--head-build", head, "--exact-only", "--out", "gate"});
  };
  CHECK(with_head("base").status == 0);
  CHECK(with_head("failing").status == 3);
  CHECK(gate.verdict()["verdict"] == "invalid");
  CHECK(gate.verdict()["failures"][0]["why"] == "exit status 3");
  CHECK(gate.verdict()["failures"][0]["last_lines"][0] == "out of luck");
  const auto other = with_head("other");
  INFO(other.out);
  CHECK(other.status == 3);
  CHECK(gate.verdict()["verdict"] == "invalid");
  CHECK(with_head("nowhere").status == 2);
  CHECK(gate.run({"--base", "no-such-revision", "--out", "gate"}).status == 2);
}

TEST_CASE("more allocations name the function that asks for them, with file and line") {
  TinyGate gate;
  write_build(gate, "base", "exec ENGINE \"$@\"");
  // A thread more in each loop, for which the library allocates.
  write_build(gate, "more", "exec ENGINE \"$@\" --inject thread=1");
  ::setenv("GITHUB_ACTIONS", "true", 1);
  const auto result = gate.run({"--variants", "pool", "--base-build", "base", "--head-build",
                                "more", "--exact-only", "--out", "gate"});
  ::unsetenv("GITHUB_ACTIONS");
  INFO(result.err << result.out);
  CHECK(result.status == 1);
  const auto verdict = gate.verdict();
  CHECK(verdict["verdict"] == "regression");
  REQUIRE_FALSE(verdict["sites"].empty());
  const auto& site = verdict["sites"][0];
  CHECK(site["file"] == "scenarios/injected_cost.cpp");
  CHECK(site["line"].get<int>() > 0);
  CHECK(site["rise_allocations"].get<double>() > 0);
  // An underscore is escaped in Markdown.
  const std::string place = "cost.cpp:" + std::to_string(site["line"].get<int>());
  const std::string summary = base::read_file(gate / "gate/summary.md");
  const size_t table = summary.find("### Where allocations rose");
  REQUIRE(table != std::string::npos);
  CHECK(summary.find(place, table) != std::string::npos);
  CHECK(result.out.find("::error file=scenarios/injected_cost.cpp,line=" +
                        std::to_string(site["line"].get<int>()) + ",title=pool%3A allocations::") !=
        std::string::npos);
}

TEST_CASE("what a gate without a decision needs is told, and its iterations can be chosen") {
  TinyGate gate;
  const auto result = gate.run({"--variants", "pool", "--base-build", WINNOW_ENGINES, "--pairs",
                                "3", "--iterations", "auto", "--out", "gate"});
  INFO(result.err << result.out);
  CHECK(result.status == 5);
  CHECK(gate.verdict()["would_decide"].get<std::string>().starts_with(
      "More pairs would: the first look is at 10."));
  CHECK(result.out.find("the first look is at 10") != std::string::npos);
  const auto pilot = profiles::read_recording(gate / "gate/iterations");
  // A disturbed one is repeated.
  const auto planned = [](const profiles::Block& block) { return !block.rerun_of; };
  CHECK(std::ranges::count_if(pilot.blocks, planned) == 5);
  const int chosen = profiles::read_recording(gate / "gate/run").workload.iterations_per_block;
  CHECK(chosen >= 1);
  CHECK(chosen <= 4 * pilot.workload.iterations_per_block);
}

TEST_CASE("a commit is built beside the working tree, held against a build, and leaves nothing") {
  TinyGate gate;
  commit_engine(gate, "#!/bin/sh\n" + engine_script(), "good");
  commit_engine(gate, "#!/bin/sh\necho first problem; echo last problem; exit 1\n", "broken");
  // A working tree that differs from any commit does not matter: the base is the commit.
  base::write_file(gate / "scenarios/engine.sh", "neither\n");
  fs::create_directories(gate / "tmp");
  const auto with_base = [&](const std::string& revision) {
    ::setenv("TMPDIR", (gate / "tmp").c_str(), 1);
    const auto result = gate.run({"--variants", "pool", "--base", revision, "--head-build",
                                  WINNOW_ENGINES, "--exact-only", "--out", "gate"});
    ::unsetenv("TMPDIR");
    return result;
  };
  const auto good = with_base("good");
  INFO(good.err << good.out);
  CHECK(good.status == 0);
  CHECK(good.err.find("building ") != std::string::npos);
  const auto verdict = gate.verdict();
  CHECK(verdict["verdict"] == "pass");
  CHECK(verdict["baseline"]["source"].get<std::string>().size() == 40);

  const auto broken = with_base("broken");
  INFO(broken.err);
  CHECK(broken.status == 3);
  CHECK(broken.err.find("gate/base-build.log has all it printed") != std::string::npos);
  CHECK(base::read_file(gate / "gate/base-build.log").find("first problem") != std::string::npos);
  // The verdict of the commit before does not stay.
  CHECK(gate.verdict()["verdict"] == "invalid");
  CHECK(gate.verdict()["failures"][0]["program"] == "ninja");

  CHECK(base::read_file(gate / "scenarios/engine.sh") == "neither\n");
  CHECK(fs::is_empty(gate / "tmp"));
  run_in(gate, "test $(git worktree list | wc -l) = 1");
}

TEST_CASE("a gate that is killed leaves no compiler, and the next one clears its folder away") {
  TinyGate gate;
  commit_engine(gate,
                "#!/bin/sh\nsh -c 'echo $$ > " + (gate / "compiler") + "; sleep 1000'; exit\n",
                "hangs");
  commit_engine(gate, "#!/bin/sh\nexit 1\n", "broken");
  fs::create_directories(gate / "tmp/winnow-gate-of-others");
  ::setenv("TMPDIR", (gate / "tmp").c_str(), 1);
  const pid_t killed = gate.start({"--variants", "pool", "--base", "hangs", "--head-build",
                                   WINNOW_ENGINES, "--exact-only", "--out", "gate"});
  const auto until = [](const auto& is_so) {
    for (int tries = 0; tries < 6000 && !is_so(); ++tries) ::usleep(10'000);
    return is_so();
  };
  CHECK(
      until([&] { return fs::exists(gate / "compiler") && fs::file_size(gate / "compiler") > 0; }));
  ::kill(killed, SIGKILL);
  testing::wait(gate, killed);
  const pid_t compiler = std::stoi(base::read_file(gate / "compiler"));
  CHECK(until([&] { return ::kill(compiler, 0) != 0; }));
  run_in(gate, "test $(git worktree list | wc -l) = 2");

  const auto next = gate.run({"--variants", "pool", "--base", "broken", "--head-build",
                              WINNOW_ENGINES, "--exact-only", "--out", "gate"});
  ::unsetenv("TMPDIR");
  INFO(next.err);
  CHECK(next.status == 3);
  run_in(gate, "test $(git worktree list | wc -l) = 1");
  CHECK(std::distance(fs::directory_iterator(gate / "tmp"), {}) == 1);
  CHECK(fs::exists(gate / "tmp/winnow-gate-of-others"));
}
