#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/file.h"
#include "profiles/recording/sweep.h"
#include "tests/catch.h"
#include "tests/cli/compare.h"

using namespace winnow;
namespace fs = std::filesystem;
using testing::compare;
using testing::lines_of;
using testing::loop;
using testing::recorded;
using testing::Words;

TEST_CASE("commits of a project are built, kept and compared") {
  const Scratch scratch;
  const auto shell = [&](const std::string& script) {
    return std::system(
        fmt::format("cd '{}' && ({}) >/dev/null 2>&1", scratch.path(), script).c_str());
  };
  const std::string git = "git -c user.name=a -c user.email=a@example.org ";
  const auto commit = [&](int rounds) {
    return shell(
        fmt::format("echo '#!/bin/sh' > source; echo 'i=0; while [ $i -lt {} ]; do "
                    "i=$((i+1)); done' >> source; git add source; {} commit -qm x",
                    rounds, git));
  };
  if (shell("git init -q") != 0) {
    std::cout << "skipped: needs git\n";
    return;
  }
  REQUIRE(commit(100'000) == 0);
  REQUIRE(commit(2'000) == 0);
  const std::string build =
      fmt::format("cp source bench; chmod +x bench; echo x >> '{}/builds'", scratch.path());
  const Words options{"--ref",  "HEAD~1",           "--ref", "HEAD",     "--build",
                      build,    "--runs-per-block", "1",     "--passes", "time,tree",
                      "./bench"};
  const auto run = compare(scratch, options);
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(has(run.out, "HEAD ("));
  CHECK(testing::names_winner(run.out, "", "HEAD~1 ("));
  for (const auto& variant : recorded(scratch).variants) {
    REQUIRE(variant.program_file);
    CHECK(variant.program_file->commit.value_or("").size() == 40);
    CHECK(variant.program_file->sha256);
  }
  CHECK(lines_of(scratch / "builds") == 2);
  Words again = options;
  again.insert(again.begin(), {"--no-verdict", "--no-twin", "-r", "1"});
  CHECK(compare(scratch, again).status == 0);
  CHECK(lines_of(scratch / "builds") == 2);

  const auto failed = compare(
      scratch, {"--ref", "HEAD", "--ref", "HEAD~1", "--build", "echo wrong; exit 7", "./bench"});
  CHECK(failed.status == 3);
  CHECK(has(failed.err, "exit status 7"));
  CHECK(has(failed.err, ".log has all it printed"));
  const auto unknown = compare(scratch, {"--ref", "nothing", "--ref", "HEAD", "./bench"});
  CHECK(unknown.status == 2);
  CHECK(has(unknown.err, "nothing: no commit here"));
  base::write_file(scratch / "wrong.toml", "no = 'rules'\n");
  fs::create_directories(scratch / "mine");
  base::write_file(scratch / "mine/thesis.txt", "three years of work");
  const std::vector<std::pair<Words, std::string>> refused{
      {{"--ref", "nothing"}, "nothing: no commit here"},
      {{"--passes", "time,wall"}, "--passes: wall is none of"},
      {{"--budget", "soon"}, "--budget: expected a time"},
      {{"--metric", "a=x"}, "--metric a: x: no group"},
      {{"--primary", "a"}, "--primary: a: no --metric"},
      {{"--blocks", "3"}, "--blocks: 3 blocks cannot prove a difference"},
      {{"-P", "n=9..1"}, "--parameter-scan: 9..1: no or too many steps"},
      {{"--print", "all"}, "--print: all is none of"},
      {{"--time-limit", "0"}, "--time-limit: expected"},
      {{"--categories", "wrong.toml"}, "wrong.toml: "},
      {{"--out", "mine"}, "not empty and not a recording"},
  };
  for (const auto& [words, told] : refused) {
    Words all{"--ref", "HEAD", "--ref", "HEAD~1", "--build", "echo y >> builds", "./bench"};
    all.insert(all.begin(), words.begin(), words.end());
    const auto run_of_it = compare(scratch, all);
    INFO(words.front() << ": " << run_of_it.err);
    CHECK(run_of_it.status == 2);
    CHECK(has(run_of_it.err, told));
    CHECK_FALSE(has(run_of_it.err, "building"));
    CHECK(std::ranges::count(run_of_it.err, '\n') == 1);
  }
  CHECK(compare(scratch, {"--build", "true", "true", "true"}).status == 2);
}

TEST_CASE("the programs of a scenario are measured as commands are") {
  const Scratch scratch;
  const std::string text = fmt::format(
      "name = 'loops'\ndescription = 'two loops'\npasses = ['time', 'tree']\nruns_per_block = 1\n"
      "[parameters]\nn = [200000]\n"
      "[[program]]\nname = 'short'\ncommand = \"{}\"\n"
      "[[program]]\nname = 'long {{n}}'\ncommand = 'i=0; while [ $i -lt {{n}} ]; do i=$((i+1)); "
      "done'\nshell = 'default'\nreference = true\nprepare = 'echo x >> prepared'\n",
      loop(2'000));
  base::write_file(scratch / "loops.toml", text);
  const auto run = [&](Words options) {
    options.insert(options.begin(), {"run", "loops.toml"});
    return testing::winnow(scratch, options);
  };
  const auto result = run({});
  INFO(result.err << result.out);
  CHECK(result.status == 0);
  CHECK(testing::names_winner(result.out, "short", "long 200000"));
  const auto recording = profiles::read_recording(scratch / "out/loops");
  CHECK(recording.baseline == "long-200000");
  CHECK(recording.workload.description == "two loops");
  CHECK(recording.workload.blocks == 10);
  CHECK(recording.profiles.at("short").tree);
  CHECK(lines_of(scratch / "prepared") >= 10);
  CHECK(run({"--blocks", "2", "--no-verdict", "--passes", "time"}).status == 0);
  CHECK(profiles::read_recording(scratch / "out/loops").workload.blocks == 2);

  const std::vector<std::pair<std::string, std::string>> wrong{
      {"shell = 'default'\n", ""},
      {"prepare =", "input = 'no-such-file'\nprepare ="},
      {"runs_per_block = 1", "budget = 'soon'"},
  };
  const std::vector<std::string> problems{"loops.toml: line 10: ", "loops.toml: line 10: ",
                                          "loops.toml: line 4: budget: expected a time"};
  for (size_t i = 0; i < wrong.size(); ++i) {
    std::string changed = text;
    changed.replace(changed.find(wrong[i].first), wrong[i].first.size(), wrong[i].second);
    base::write_file(scratch / "loops.toml", changed);
    const auto failed = run({});
    INFO(failed.err);
    CHECK(failed.status == 2);
    CHECK(has(failed.err, problems[i]));
    CHECK(std::ranges::count(failed.err, '\n') == 1);
  }
  base::write_file(scratch / "loops.toml", text);
  CHECK(run({"--batch", "3"}).status == 2);
}

TEST_CASE("a swept program that writes something else at one value is told by name") {
  const Scratch scratch;
  const std::string programs =
      "[[program]]\nname = 'plain'\nshell = 'default'\ncommand = 'echo {n}'\n"
      "setup = 'echo setup {n} >> log'\ncleanup = 'echo cleanup >> log'\n"
      "conclude = 'echo run >> runs-{n}'\n"
      "[[program]]\nname = 'planted'\nshell = 'default'\n"
      "command = 'if [ {n} = 3 ]; then echo 4; else echo {n}; fi'\n";
  const std::string sweep =
      "[sweep]\nparameter = 'n'\nvalues = [1, 3]\nblocks = 2\nruns_per_block = 1\n";
  const auto run = [&](const std::string& name, const std::string& keys, const std::string& rest) {
    base::write_file(scratch / name + ".toml", "name = '" + name + "'\n" + keys + rest);
    return testing::winnow(scratch, {"run", name + ".toml"});
  };
  const auto told = run("told", "warmup = 3\n", sweep + programs);
  INFO(told.err << told.out);
  CHECK(told.status == 0);
  CHECK(has(told.out,
            "- n 3: unavailable: comparison void: the work is not the same: planted writes "
            "something else than plain"));
  CHECK(has(told.out, "| 1 | ~ "));
  CHECK(has(told.out,
            "the programs write the same at 1 of 2 points; something else at 1, where "
            "they are not compared"));
  CHECK(base::read_file(scratch / "log") == "setup 1\nsetup 3\ncleanup\n");
  // Three to warm up, two that are timed, two whose output is looked at.
  CHECK(base::read_file(scratch / "runs-1").size() == 7 * 4);

  const auto ignored = run("ignored", "ignore_output = true\n", sweep + programs);
  CHECK(ignored.status == 0);
  CHECK(!has(ignored.out, "void"));
  CHECK(has(ignored.out,
            "Same work:** not checked: nothing was written to standard output, or it "
            "was not looked at (output, ignore\\_output)"));

  const auto random = run("random", "budget = '1s'\n",
                          "[sweep]\nparameter = 'n'\nvalues = [1]\nruns_per_block = 1\n"
                          "[[program]]\nname = 'clock'\ncommand = 'date +{n}%N'\n"
                          "[[program]]\nname = 'fixed'\ncommand = 'echo {n}'\n");
  INFO(random.err << random.out);
  CHECK(random.status == 0);
  CHECK(!has(random.out, "void"));
  CHECK(has(random.out, "not checked: the output of clock is another one in each run"));

  const auto failing = run("failing", "",
                           sweep +
                               "[[program]]\ncommand = 'echo {n}'\n"
                               "setup = 'echo no room; exit 3'\n");
  CHECK(failing.status != 0);
  CHECK(has(failing.err, "setup of echo-n: exit status 3"));
  CHECK(has(failing.err, "no room"));
}

TEST_CASE("a program that is replaced within a sweep ends it, and it is not continued") {
  const Scratch scratch;
  const auto script = [&](const std::string& text) {
    base::write_file(scratch / "bench", text);
    fs::permissions(scratch / "bench", fs::perms::owner_all);
  };
  script("#!/bin/sh\necho x >> runs\ntest \"$(wc -l < runs)\" -eq 6 && rm bench\nexit 0\n");
  base::write_file(scratch / "replaced.toml",
                   "name = 'replaced'\nignore_output = true\n"
                   "[sweep]\nparameter = 'n'\nvalues = [1, 3]\nblocks = 4\nruns_per_block = 1\n"
                   "[[program]]\ncommand = './bench {n}'\n");
  const auto run = testing::winnow(scratch, {"run", "replaced.toml"});
  INFO(run.err);
  CHECK(run.status == 3);
  CHECK(has(run.err, "./bench: deleted while it was measured: what was measured of both is not"));
  const auto sweep = profiles::read_sweep(scratch / "out/replaced");
  CHECK(sweep.status == profiles::RunStatus::incomplete);
  CHECK(sweep.cells[0].blocks.size() + sweep.cells[1].blocks.size() == 5);
  script("#!/bin/sh\nexit 0\n");
  const auto again = testing::winnow(scratch, {"run", "replaced.toml"});
  CHECK(again.status == 2);
  CHECK(has(again.err, "holds another sweep (another program "));
  CHECK(testing::winnow(scratch, {"run", "replaced.toml", "--force"}).status == 0);
}

TEST_CASE("programs are swept over a parameter and over threads") {
  const Scratch scratch;
  const std::string loop_of = "'i=0; while [ $i -lt {} ]; do i=$((i+1)); done'";
  const auto program = [&](const std::string& name, const std::string& rounds) {
    return fmt::format("[[program]]\nname = '{}'\nshell = 'default'\ncommand = {}\n", name,
                       fmt::format(fmt::runtime(loop_of), rounds));
  };
  const std::string sweep =
      "name = 'rounds'\n[sweep]\nparameter = 'n'\nvalues = [1000, 600000]\nruns_per_block = 1\n" +
      program("fixed", "60000") + program("growing", "{n}");
  base::write_file(scratch / "rounds.toml", sweep);
  const auto run = [&](Words options) {
    options.insert(options.begin(), "run");
    return testing::winnow(scratch, options);
  };
  const auto result = run({"rounds.toml"});
  INFO(result.err << result.out);
  CHECK(result.status == 0);
  CHECK(has(result.out, "Programs: the fastest is growing for n 1000 and fixed for n 600000."));
  CHECK(has(result.out, "| fixed / growing |"));
  CHECK(has(result.out, "growing is faster up to 1000, fixed from 600000 on"));
  CHECK(has(result.out, "### Time (ms a run): programs"));
  for (const char* word : {"text", "strategy", "atch", "Model", "mix ", "Instruction set"}) {
    INFO(word);
    CHECK(!has(result.out, word));
  }
  CHECK(fs::exists(scratch / "out/rounds/report.html"));
  CHECK(run({"rounds.toml"}).status == 2);  // it is finished
  CHECK(run({"rounds.toml", "--resume", "--blocks", "7"}).status == 0);
  base::write_file(scratch / "rounds.toml", sweep + "\n");
  CHECK(has(run({"rounds.toml", "--resume"}).err, "another content of scenario.toml"));
  CHECK(run({"rounds.toml", "--batch", "3"}).status == 2);

  base::write_file(scratch / "threads.toml",
                   "name = 'threads'\n[sweep]\nthreads = [1, 2, 4]\nblocks = 2\n"
                   "runs_per_block = 1\n[[program]]\ncommand = 'sleep 0.0{threads}'\n"
                   "[[program]]\ncommand = 'sleep 0.2'\n");
  const auto scaling = run({"threads.toml"});
  INFO(scaling.err << scaling.out);
  CHECK(scaling.status == 0);
  CHECK(has(scaling.out, "### Throughput by threads (runs/s): programs"));
  CHECK(has(scaling.out, "### Universal Scalability Law: programs"));
  CHECK(has(scaling.out, "| threads | Fastest program |"));
  CHECK(!has(scaling.out, "texts"));
}
