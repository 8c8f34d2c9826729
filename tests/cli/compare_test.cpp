#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "base/error.h"
#include "base/file.h"
#include "cli/compare_programs.h"
#include "profiles/recording/recording.h"
#include "tests/catch.h"
#include "tests/cli/program.h"

using namespace winnow;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

size_t lines_of(const std::string& file) {
  std::ifstream stream(file);
  size_t lines = 0;
  for (std::string line; std::getline(stream, line);) ++lines;
  return lines;
}

// A loop of the shell's own: CPU time that grows with `rounds`.
std::string loop(int rounds) {
  return fmt::format("sh -c 'i=0; while [ $i -lt {} ]; do i=$((i+1)); done'", rounds);
}

testing::Result compare(const Scratch& scratch, Words options) {
  options.insert(options.begin(), "compare");
  return testing::winnow(scratch, options);
}

profiles::Recording recorded(const Scratch& scratch) {
  return profiles::read_recording(scratch / "out/compare");
}

// Whether a process with this argument runs anywhere.
bool runs_somewhere(const std::string& argument) {
  for (const auto& process : fs::directory_iterator("/proc")) {
    std::ifstream file(process.path() / "cmdline");
    const std::string line{std::istreambuf_iterator<char>(file), {}};
    if (holds(line, argument)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a command is split into words, and a shell's language is an error without a shell") {
  CHECK(cli::words_of_command("zstd -T2 'a $file' b\\ c \"d e\"") ==
        Words{"zstd", "-T2", "a $file", "b c", "d e"});
  CHECK(cli::words_of_command("grep '*|x' f") == Words{"grep", "*|x", "f"});
  for (const char* command : {"a | b", "a > b", "a && b", "a; b", "a $B", "a `b`", "a *", "a 'b",
                              "A=1 b", "", "  ", "a \"$B\"", "a\nb"}) {
    INFO(command);
    CHECK_THROWS_AS(cli::words_of_command(command), base::UsageError);
  }
}

TEST_CASE("options of hyperfine mean the same, or an error tells what to use") {
  CHECK(cli::as_own_options({"-L", "t", "1,2", "x"}) == Words{"-L", "t=1,2", "x"});
  CHECK(cli::as_own_options({"-L", "t=1,2", "x"}) == Words{"-L", "t=1,2", "x"});
  CHECK(cli::as_own_options({"-P", "n", "1", "8", "x"}) == Words{"-P", "n=1..8", "x"});
  CHECK(cli::as_own_options({"-i", "--runs", "9", "--runs=9", "--command-name", "a"}) ==
        Words{"--ignore-failure=all-non-zero", "--blocks", "9", "--blocks=9", "--name", "a"});
  for (const char* option : {"--show-output", "--export-json", "--min-runs=3", "--sort"})
    CHECK_THROWS_AS(cli::as_own_options({option, "x"}), base::UsageError);
}

TEST_CASE("each command and combination of parameters is a program of its own") {
  cli::ProgramOptions options;
  options.commands = {"zstd -T{t} -{l} f", "xz -T{t} f"};
  options.lists = {"t=1,2"};
  options.scans = {"l=1..3"};
  options.step = "2";
  const auto arms = cli::program_arms(options);
  REQUIRE(arms.size() == 8);
  CHECK(arms[1].command == Words{"zstd", "-T1", "-3", "f"});
  CHECK(arms[3].variant.label == "zstd -T2 -3 f");
  CHECK(arms[3].variant.name == "zstd-T2-3-f");
  CHECK(arms[4].variant.name == "xz-T1-f");
  CHECK(arms[5].variant.name == "xz-T1-f-2");  // {l} is not in it

  options.names = {"zstd {t} {l}", "xz {t}"};
  options.reference = "true";
  CHECK_THROWS_AS(cli::program_arms(options), base::UsageError);
  options.reference.reset();
  CHECK(cli::program_arms(options)[2].variant.label == "zstd 2 1");
  options.lists.push_back("t=3");
  CHECK_THROWS_AS(cli::program_arms(options), base::UsageError);
  options.lists = {"t=1,2"};
  options.step = "0";
  CHECK_THROWS_AS(cli::program_arms(options), base::UsageError);
}

TEST_CASE("the program that takes less time wins, and what it did is counted") {
  const Scratch scratch;
  const auto run = compare(scratch, {"--runs-per-block", "1", "--passes", "time,tree", "-n", "long",
                                     "-n", "short", loop(200'000), loop(2'000)});
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(holds(run.out, "short is the clear winner against long"));
  const auto recording = recorded(scratch);
  CHECK(recording.status == profiles::RunStatus::complete);
  CHECK(recording.workload.iteration == "run");
  CHECK(recording.commit.empty());
  for (const char* name : {"long", "short"}) {
    const auto& tree = recording.profiles.at(name).tree;
    REQUIRE(tree);
    CHECK(tree->iterations == 5);
    CHECK(tree->execs == 5);
    CHECK(tree->threads == 0);
    CHECK(tree->processes == 0);
  }
  CHECK(recording.profiles.at("long").tree->cpu_s > recording.profiles.at("short").tree->cpu_s);
}

TEST_CASE("outputs that differ make a comparison void, unless they change from run to run") {
  const Scratch scratch;
  const Words quick{"--no-verdict", "-r", "2", "--passes", "time,tree"};
  const auto with = [&](Words more) {
    more.insert(more.begin(), quick.begin(), quick.end());
    return compare(scratch, more).out;
  };
  const std::string different = with({"echo a", "echo b"});
  CHECK(holds(different, "COMPARISON VOID"));
  CHECK(holds(with({"--ignore-output", "echo a", "echo b"}), "**Same-work check:** not checked"));
  CHECK(holds(with({"echo a", "printf 'a\\n'"}), "wrote the same to standard output"));
  const std::string changing = with({"sh -c 'echo $$'", "sh -c 'echo $$'"});
  CHECK(holds(changing, "is another one in each run"));
  CHECK(!holds(changing, "COMPARISON VOID"));
  CHECK(holds(with({"true", "true"}), "**Same-work check:** not checked"));
}

TEST_CASE("what a program leaves behind is told and ended") {
  const Scratch scratch;
  const auto run = compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time", "true",
                                     "sh -c 'setsid sleep 31415.9 & exit 0'"});
  CHECK(run.status == 0);
  CHECK(holds(run.out, "leaves processes behind, which were ended: "));
  CHECK(!runs_somewhere("31415.9"));
}

TEST_CASE("setup and its like run as often as they are asked for, outside the measured time") {
  const Scratch scratch;
  const auto run =
      compare(scratch, {"--no-verdict", "-r", "2", "--runs-per-block", "3", "--passes", "time,tree",
                        "--no-twin", "--setup", "echo x >> setup", "--prepare",
                        "echo x >> prepare; sleep 0.1", "--conclude", "echo x >> conclude",
                        "--cleanup", "echo x >> cleanup", "true", "/bin/true"});
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(lines_of(scratch / "setup") == 2);
  CHECK(lines_of(scratch / "cleanup") == 2);
  // The warm-up, two blocks of three runs, and as many processes in the tree pass.
  CHECK(lines_of(scratch / "prepare") == 2 * (1 + 2 * 3 + 5 * 1));
  CHECK(lines_of(scratch / "conclude") == lines_of(scratch / "prepare"));
  const auto recording = recorded(scratch);
  for (const auto& block : recording.blocks)
    CHECK(block.iteration_wall_ns.size() == (block.pass == profiles::Pass::time ? 3u : 1u));
  for (const auto& block : recording.blocks) CHECK(block.machine->wall_s < 0.3);
}

TEST_CASE("a program that cannot be measured is one line and a status") {
  const Scratch scratch;
  const std::vector<std::pair<Words, std::string>> failing{
      {{"true", "no-such-program"}, "no-such-program: not started: No such file"},
      {{"true", "false"}, "false: exit status 1"},
      {{"true", "cat no-such-file"}, "cat no-such-file: exit status 1: cat: no-such-file: No such"},
      {{"true", "sh -c 'kill -9 $$'"}, "signal 9 (Killed)"},
      {{"--time-limit", "0.3", "true", "sleep 60"}, "sleep 60: time limit of 0.3 s"},
      {{"--setup", "exit 3", "true", "true"}, "setup of true: exit status 3"},
  };
  for (const auto& [options, error] : failing) {
    const auto run = compare(scratch, options);
    INFO(run.err);
    CHECK(run.status == 3);
    CHECK(holds(run.err, error));
    CHECK(std::ranges::count(run.err, '\n') == 1);
    CHECK(run.out.empty());
    CHECK(!fs::exists(scratch / "out/compare"));
  }
  const std::vector<std::pair<Words, std::string>> wrong{
      {{}, "name the commands"},
      {{"a | b", "true"}, "'|' is for a shell"},
      {{"-r", "5", "true", "true"}, "5 cannot prove a difference"},
      {{"--show-output", "true", "true"}, "not an option of winnow compare"},
      {{"--budget", "1m", "-r", "9", "true", "true"}, "in the place of --blocks"},
      {{"--input", "no-such-file", "true", "true"}, "not a file"},
      {{"--passes", "time,wall", "true", "true"}, "wall is none of"},
  };
  for (const auto& [options, error] : wrong) {
    const auto run = compare(scratch, options);
    INFO(run.err);
    CHECK(run.status == 2);
    CHECK(holds(run.err, error));
  }
  CHECK(compare(scratch, {"-i", "--no-verdict", "-r", "1", "--passes", "time", "true", "false"})
            .status == 0);
  CHECK(compare(scratch, {"--ignore-failure=2", "true", "false"}).status == 3);
}

TEST_CASE("a program has an empty input, and its output may be as long as it likes") {
  const Scratch scratch;
  base::write_file(scratch / "text", "abc");
  CHECK(compare(scratch, {"--no-verdict", "-r", "1", "cat", "cat"}).status == 0);
  const auto run = compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time,tree", "--input",
                                     "text", "cat", "head -c 200000000 /dev/zero"});
  CHECK(run.status == 0);
  uintmax_t bytes = 0;
  for (const auto& file : fs::recursive_directory_iterator(scratch / "out/compare"))
    if (file.is_regular_file()) bytes += file.file_size();
  CHECK(bytes < 5'000'000);
}

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
  REQUIRE(commit(200'000) == 0);
  REQUIRE(commit(2'000) == 0);
  const std::string build =
      fmt::format("cp source bench; chmod +x bench; echo x >> '{}/builds'", scratch.path());
  const Words options{"--ref",  "HEAD~1",           "--ref", "HEAD",     "--build",
                      build,    "--runs-per-block", "1",     "--passes", "time,tree",
                      "./bench"};
  const auto run = compare(scratch, options);
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(holds(run.out, "HEAD ("));
  CHECK(holds(run.out, "is the clear winner against HEAD~1 ("));
  for (const auto& variant : recorded(scratch).variants) {
    REQUIRE(variant.program_file);
    CHECK(variant.program_file->commit.value_or("").size() == 40);
    CHECK(variant.program_file->sha256);
  }
  CHECK(lines_of(scratch / "builds") == 2);
  CHECK(compare(scratch, options).status == 0);
  CHECK(lines_of(scratch / "builds") == 2);

  const auto failed = compare(
      scratch, {"--ref", "HEAD", "--ref", "HEAD~1", "--build", "echo wrong; exit 7", "./bench"});
  CHECK(failed.status == 3);
  CHECK(holds(failed.err, "exit status 7"));
  CHECK(holds(failed.err, ".log has all it printed"));
  const auto unknown = compare(scratch, {"--ref", "nothing", "--ref", "HEAD", "./bench"});
  CHECK(unknown.status == 2);
  CHECK(holds(unknown.err, "--ref: nothing is no commit here"));
  CHECK(compare(scratch, {"--build", "true", "true", "true"}).status == 2);
}

namespace {

std::string tree_of(const std::string& program, const std::string& arguments) {
  return program + " " + arguments;
}

const profiles::Missing* missing_of(const profiles::Recording& recording, const std::string& name,
                                    profiles::Pass pass) {
  for (const auto& missing : recording.missing)
    if (missing.pass == pass && (missing.variant.empty() || missing.variant == name))
      return &missing;
  return nullptr;
}

const Words kOneBlock{"--no-verdict", "--no-twin", "-r", "1", "--runs-per-block", "1", "--passes"};

Words one_block(const std::string& passes, const Words& more) {
  Words words = kOneBlock;
  words.push_back(passes);
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("the preloaded passes count a command whole, from its start to its end") {
  const Scratch scratch;
  const auto run =
      compare(scratch, one_block("time,heap,sync,tree",
                                 {"-n", "many", "-n", "few", tree_of(TREE_PROGRAM, "threads 300"),
                                  tree_of(TREE_PROGRAM, "threads 10")}));
  INFO(run.err);
  CHECK(run.status == 0);
  const auto recording = recorded(scratch);
  CHECK(recording.status == profiles::RunStatus::complete);
  for (const auto& [name, threads] : {std::pair("many", 300), {"few", 10}}) {
    INFO(name);
    const auto& found = recording.profiles.at(name);
    REQUIRE(found.sync);
    CHECK(found.sync->iterations == 7);
    CHECK(found.sync->thread_create->count == 7 * threads);
    CHECK(found.sync->thread_join->count == 7 * threads);
    REQUIRE(found.sync->seen);
    CHECK(found.sync->seen->child_processes == 0);
    CHECK(found.sync->processes->size() == 7);
    REQUIRE(found.heap);
    CHECK(found.heap->iterations == 1);
    CHECK(found.heap->seen);
    REQUIRE(found.heap->region_objects);
    CHECK(*found.heap->region_objects > 0);  // stacks of threads' local variables
    REQUIRE(found.heap->exact_bytes);
    CHECK(std::abs(found.heap->region_bytes - static_cast<double>(*found.heap->exact_bytes)) <
          4096);
  }
  CHECK(holds(run.out, "agrees within"));
  CHECK(holds(run.out, "Thread joins"));
}

#ifdef STATIC_TREE_PROGRAM

TEST_CASE("what a preloaded pass does not see of a command is told, and is no 0") {
  const Scratch scratch;
  const std::string burner = tree_of(TREE_PROGRAM, "threads 3000");
  const auto run = compare(
      scratch,
      one_block("time,heap,sync,tree",
                {"-n", "static", "-n", "exec", "-n", "shell", "-n", "forks", "-n", "dies",
                 tree_of(STATIC_TREE_PROGRAM, "threads 10"),
                 "env " + tree_of(STATIC_TREE_PROGRAM, "threads 10"),
                 fmt::format("sh -c '{}; {}'", burner, burner), tree_of(TREE_PROGRAM, "forks 20"),
                 "sh -c 'case $LD_PRELOAD in *agent*) kill -9 $$;; esac'"}));
  INFO(run.err);
  CHECK(run.status == 0);
  const auto recording = recorded(scratch);
  CHECK(recording.status == profiles::RunStatus::complete);
  for (const auto& [name, reason] : {std::pair("static", "statically linked"),
                                     {"exec", "it became another program"},
                                     {"shell", "only the first process is seen"},
                                     {"dies", "signal 9 (Killed)"}})
    for (const auto pass : {profiles::Pass::heap, profiles::Pass::sync}) {
      INFO(name << " " << profiles::word(pass));
      CHECK_FALSE(recording.profiles.at(name).sync);
      CHECK_FALSE(recording.profiles.at(name).heap);
      const auto* missing = missing_of(recording, name, pass);
      REQUIRE(missing);
      CHECK(holds(missing->reason, reason));
      CHECK(holds(run.out, reason));
    }
  // Which share the first process has is luck; that there are others is told in any case.
  const auto& sync = recording.profiles.at("forks").sync;
  if (sync) {
    REQUIRE(sync->seen);
    CHECK(sync->seen->child_processes == 7 * 20);
    CHECK(holds(run.out, "a run makes 20 child processes, not counted here"));
  } else {
    CHECK(missing_of(recording, "forks", profiles::Pass::sync));
  }
  // The tree pass counts the threads of all.
  CHECK(recording.profiles.at("static").tree->threads == 5 * 10);
  CHECK(recording.profiles.at("shell").tree->threads == 5 * 6000);
  CHECK(holds(run.out, "| **shell** | 6,000 | 30,000 |"));
}

TEST_CASE("futex calls are counted on request, one by one") {
  const Scratch scratch;
  const auto run =
      compare(scratch, one_block("time,futex", {"-n", "none", "-n", "some", "-n", "static",
                                                tree_of(TREE_PROGRAM, "futexes 0"),
                                                tree_of(TREE_PROGRAM, "futexes 100"),
                                                tree_of(STATIC_TREE_PROGRAM, "futexes 100")}));
  INFO(run.err);
  CHECK(run.status == 0);
  const auto recording = recorded(scratch);
  if (const auto* missing = missing_of(recording, "some", profiles::Pass::futex)) {
    std::cout << "skipped: " << missing->reason << "\n";
    CHECK(holds(run.out, missing->reason));
    return;
  }
  const auto& none = recording.profiles.at("none").futex;
  REQUIRE(none);
  CHECK(none->iterations == 3);
  for (const char* name : {"some", "static"}) {
    const auto& some = recording.profiles.at(name).futex;
    REQUIRE(some);
    CHECK(some->requeues == 3 * 200);
    CHECK(some->others == 3 * 100);
    CHECK(some->waits >= 3 * 300);
    CHECK(some->wakes >= 3 * 500);
  }
  CHECK(recording.profiles.at("some").futex->waits - none->waits == 3 * 300);
  CHECK(recording.profiles.at("some").futex->wakes - none->wakes == 3 * 500);
  CHECK(holds(run.out, "### Exact Counts"));
}

#endif

TEST_CASE("instructions are counted on request, where callgrind can") {
  const Scratch scratch;
  const auto run = compare(
      scratch, one_block("time,count", {"-n", "small", "-n", "large", "-n", "forks", loop(10),
                                        loop(20'000), tree_of(TREE_PROGRAM, "forks 2")}));
  INFO(run.err);
  CHECK(run.status == 0);
  const auto recording = recorded(scratch);
  if (const auto* missing = missing_of(recording, "large", profiles::Pass::count)) {
    std::cout << "skipped: " << missing->reason << "\n";
    CHECK(holds(missing->reason, "apt-get install valgrind"));
    return;
  }
  const auto &small = recording.profiles.at("small").count,
             &large = recording.profiles.at("large").count;
  REQUIRE(small);
  REQUIRE(large);
  CHECK(large->iterations == 2);
  CHECK(large->processes == 2);
  CHECK(large->instructions > small->instructions + 2 * 20'000 * 10);
  CHECK(static_cast<double>(large->most - large->fewest) <
        1e-3 * static_cast<double>(large->fewest));
  CHECK_FALSE(recording.profiles.at("forks").count);
  const auto* missing = missing_of(recording, "forks", profiles::Pass::count);
  REQUIRE(missing);
  CHECK(holds(missing->reason, "from the parent's start"));
  CHECK(holds(run.out, "| Instructions |"));
}
