#include "tests/cli/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/file.h"
#include "profiles/perf/event.h"
#include "profiles/recording/recording.h"
#include "tests/catch.h"

using namespace winnow;
namespace fs = std::filesystem;
using testing::compare;
using testing::lines_of;
using testing::loop;
using testing::nap_of;
using testing::recorded;
using testing::runs_somewhere;
using testing::Words;

TEST_CASE("the program that takes less time wins, and what it did is counted") {
  const Scratch scratch;
  const auto run = compare(scratch, {"--runs-per-block", "1", "--passes", "time,tree", "-n", "long",
                                     "-n", "short", loop(200'000), loop(2'000)});
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(testing::names_winner(run.out, "short", "long"));
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
  // Where the kernel lets this user count them.
  for (const auto& block : recording.blocks)
    CHECK(block.region->cpu_migrations.has_value() == profiles::kernel_is_seen());
}

TEST_CASE("outputs that differ make a comparison void, unless they change from run to run") {
  const Scratch scratch;
  const Words quick{"--no-verdict", "-r", "2", "--passes", "time,tree"};
  const auto with = [&](Words more) {
    more.insert(more.begin(), quick.begin(), quick.end());
    return compare(scratch, more).out;
  };
  const std::string different = with({"echo a", "echo b"});
  CHECK(has(different, "COMPARISON VOID"));
  CHECK(has(different, "echo b writes something else to standard output than echo a (SHA-256 "));
  CHECK(has(different, "Where they need not write the same, add --ignore-output."));
  CHECK(!has(different, "and 1 more"));
  // Of one run a block, too, as all blocks of the tree pass are.
  CHECK(has(with({"--runs-per-block", "1", "echo a", "echo b"}), "COMPARISON VOID"));
  CHECK(has(with({"--ignore-output", "echo a", "echo b"}), "**Same-work check:** not checked"));
  CHECK(has(with({"echo a", "printf 'a\\n'"}), "wrote the same to standard output"));
  const std::string changing = with({"sh -c 'echo $$'", "sh -c 'echo $$'"});
  CHECK(has(changing, "is another one in each run"));
  CHECK(!has(changing, "COMPARISON VOID"));
  // Of several runs a block, too, as all blocks of short commands are.
  const std::string within = with({"--runs-per-block", "20", "sh -c 'echo $$'", "sh -c 'echo $$'"});
  CHECK(has(within, "is another one in each run"));
  CHECK(!has(within, "COMPARISON VOID"));
  CHECK(has(with({"true", "true"}), "**Same-work check:** not checked"));

  // Where a winner was asked for, it is a failure, and the summary says why.
  const auto asked = compare(
      scratch, {"-r", "8", "--passes", "time,tree", "--print", "summary", "echo a", "echo b"});
  CHECK(asked.status == 3);
  CHECK(has(asked.out, "none (comparison void)"));
  CHECK(has(asked.out, "Because    echo b writes something else to standard output than echo a"));
}

TEST_CASE("a command that is not there is told before the others run, unless a hook makes it") {
  const Scratch scratch;
  const std::string other = "sh -c 'echo x >> runs'";
  const auto run = compare(scratch, {"--no-verdict", "-r", "1", other, "./no-such-program"});
  CHECK(run.status == 3);
  CHECK(run.err == "winnow: ./no-such-program: not started: No such file or directory\n");
  CHECK(!fs::exists(scratch / "runs"));
  CHECK(compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time", "--prepare",
                          "cp /bin/true made", other, "./made"})
            .status == 0);
}

TEST_CASE("what a program leaves behind is told and ended") {
  const Scratch scratch;
  const std::string nap = nap_of(31415);
  const auto run = compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time", "true",
                                     fmt::format("sh -c 'setsid sleep {} & exit 0'", nap)});
  CHECK(run.status == 0);
  CHECK(has(run.out, "leaves processes behind, which were ended: "));
  CHECK(!runs_somewhere(nap));
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
  double shortest_s = 1e9;
  for (const auto& block : recording.blocks)
    if (block.pass == profiles::Pass::time)
      shortest_s = std::min(shortest_s, block.machine->wall_s.value_or(shortest_s));
  CHECK(shortest_s < 3 * 0.1);  // what the three preparations take
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
    CHECK(has(run.err, error));
    CHECK(std::ranges::count(run.err, '\n') == 1);
    CHECK(run.out.empty());
    CHECK(!fs::exists(scratch / "out/compare"));
  }
  const std::vector<std::pair<Words, std::string>> wrong{
      {{}, "name the commands"},
      {{"a | b", "true"}, "'|' is for a shell"},
      {{"-r", "5", "true", "true"}, "5 blocks cannot prove a difference"},
      {{"--show-output", "true", "true"}, "not an option of winnow: "},
      {{"--budget", "1m", "-r", "9", "true", "true"}, "in the place of --blocks"},
      {{"--samples", "0", "true", "true"}, "--samples: expected 1 to "},
      {{"--input", "no-such-file", "true", "true"}, "not a file"},
      {{"--passes", "time,wall", "true", "true"}, "wall is none of"},
  };
  for (const auto& [options, error] : wrong) {
    const auto run = compare(scratch, options);
    INFO(run.err);
    CHECK(run.status == 2);
    CHECK(has(run.err, error));
  }
  CHECK(compare(scratch, {"-i", "--no-verdict", "-r", "1", "--passes", "time", "true", "false"})
            .status == 0);
  CHECK(compare(scratch, {"--ignore-failure=2", "true", "false"}).status == 3);
}

TEST_CASE("a budget that is too short for a verdict is refused, and bounds the profiles as well") {
  const Scratch scratch;
  const Words sleeping{"--budget", "1s", "sleep 0.1", "sleep 0.2"};
  const auto run = compare(scratch, sleeping);
  INFO(run.err);
  CHECK(run.status == 2);
  CHECK(has(run.err, "--budget: 1 s is too short for a verdict, which takes at least 8 blocks"));
  CHECK(has(run.err, "s; or --no-verdict for durations without a winner"));
  CHECK_FALSE(fs::exists(scratch / "out/compare"));
  Words look = sleeping;
  look.insert(look.begin(), {"--no-verdict", "--passes", "time,cpu"});
  REQUIRE(compare(scratch, look).status == 0);
  // A minute of sleeping would be 200 rounds.
  const auto recording = profiles::read_recording(scratch / "out/compare");
  CHECK(recording.blocks.size() < 100);
}

TEST_CASE("a program has an empty input, and its output may be as long as it likes") {
  const Scratch scratch;
  base::write_file(scratch / "text", "abc");
  const auto empty =
      compare(scratch, {"--no-verdict", "-r", "1", "--samples", "100", "cat", "cat"});
  INFO(empty.err << empty.out);
  CHECK(empty.status == 0);
  const auto run = compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time,tree", "--input",
                                     "text", "cat", "head -c 200000000 /dev/zero"});
  CHECK(run.status == 0);
  uintmax_t bytes = 0;
  for (const auto& file : fs::recursive_directory_iterator(scratch / "out/compare"))
    if (file.is_regular_file()) bytes += file.file_size();
  CHECK(bytes < 5'000'000);
}

TEST_CASE("a program that asks at the terminal gets an error there, and is not stopped") {
  if (std::system("command -v script >/dev/null") != 0) {
    std::cout << "skipped: needs script (apt-get install bsdutils)\n";
    return;
  }
  const Scratch scratch;
  base::write_file(scratch / "ask", "read answer < /dev/tty\n");
  const std::string command = fmt::format(
      "cd '{}' && script -qec \"'{}' compare --no-verdict -r 1 --time-limit 60 true 'sh ask'\" "
      "/dev/null > told < /dev/null",
      scratch.path(), WINNOW_PROGRAM);
  CHECK(std::system(command.c_str()) != -1);
  const std::string told = base::read_file(scratch / "told");
  INFO(told);
  CHECK(has(told, "sh ask: exit status "));
  CHECK(!has(told, "time limit"));
}

TEST_CASE("programs that do unusual things with their output, children and terminal") {
  struct Row {
    const char* command;
    int status;
    const char* told;
  };
  const Row rows[] = {
      {"sh -c 'exec >&-; sleep 0.03'", 0, ""},
      {"sh -c 'exec >&- 2>&- <&-; sleep 0.03'", 0, ""},
      {"sh -c 'i=0; while [ $i -lt 200 ]; do : & i=$((i+1)); done; wait'", 0, ""},
      {"sh -c 'read answer'", 3, "exit status 1"},
      {"sh -c 'read answer < /dev/tty'", 3, "/dev/tty"},
  };
  for (const Row& row : rows) {
    INFO(row.command);
    const Scratch scratch;
    const auto run = compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time,tree",
                                       "--time-limit", "60", "true", row.command});
    INFO(run.err);
    CHECK(run.status == row.status);
    CHECK(has(run.err, row.told));
    if (row.status != 0) CHECK(std::ranges::count(run.err, '\n') == 1);
  }
}

TEST_CASE("variables of OpenMP do not bind the programs of others to a core") {
  const Scratch scratch;
  const std::string print = "grep Cpus_allowed_list /proc/self/status";
  REQUIRE(std::system(fmt::format("{} > '{}'", print, scratch / "own").c_str()) == 0);
  setenv("GOMP_CPU_AFFINITY", "0", 1);
  const auto run = compare(
      scratch, {"--no-verdict", "-r", "1", "--passes", "time", "--output", "measured", print});
  unsetenv("GOMP_CPU_AFFINITY");
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(base::read_file(scratch / "measured") == base::read_file(scratch / "own"));
}

TEST_CASE("variables that tune a library reach the programs of others, and the report says so") {
  const Scratch scratch;
  setenv("OMP_NUM_THREADS", "3", 1);
  setenv("MALLOC_ARENA_MAX", "1\x1b", 1);
  const auto run = compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time", "--output",
                                     "measured", "printenv OMP_NUM_THREADS"});
  unsetenv("OMP_NUM_THREADS");
  unsetenv("MALLOC_ARENA_MAX");
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(base::read_file(scratch / "measured") == "3\n");
  const auto warnings = recorded(scratch).warnings;
  CHECK(std::ranges::any_of(warnings, [](const std::string& warning) {
    return has(warning, "the measured programs get from the environment: ") &&
           has(warning, "OMP_NUM_THREADS=3") && has(warning, "MALLOC_ARENA_MAX=1\\x1b");
  }));
}

TEST_CASE("no argument reaches standard error as it is, nor an error without its subject") {
  const Scratch scratch;
  const auto run = compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time", "--out",
                                     "a\x1b[31m\u202Eb", "true"});
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(has(run.err, "a\\x1b[31m\\xe2\\x80\\xaeb/report.html"));
  CHECK(run.err.find('\x1b') == std::string::npos);
  CHECK(!has(run.err, "\u202E"));
  const std::string long_name(5000, 'x');
  for (const Words& words :
       {Words{"report", long_name}, Words{"run", long_name}, Words{"run", ""}, Words{"report", ""},
        Words{"gate", "--baseline", long_name, "--candidate", long_name}, Words{"serve", long_name},
        Words{"top", long_name}, Words{"compare", "--out", long_name, "true"},
        Words{"compare", "--input", long_name, "true"}, Words{"model", "info", long_name}}) {
    const auto failed = testing::winnow(scratch, words);
    INFO(failed.err.substr(0, 200));
    CHECK(failed.status != 0);
    CHECK(failed.err.starts_with("winnow: "));
    CHECK(!failed.err.starts_with("winnow: :"));
    CHECK(!has(failed.err, "filesystem error"));
    CHECK(std::ranges::count(failed.err, '\n') == 1);
  }
}

TEST_CASE("a command that fails later than its first run is told with its status and last words") {
  const Scratch scratch;
  const std::string command =
      "test ! -e ran && echo > ran || { echo first; echo cannot open model.bin; exit 7; } >&2";
  const auto run = compare(scratch, {"--no-verdict", "-r", "2", "--runs-per-block", "1", "-w", "1",
                                     "--passes", "time", "--no-twin", "--shell=default", command});
  INFO(run.err);
  CHECK(run.status == 3);
  CHECK(has(run.err, "no process ended well; the first: "));
  CHECK(has(run.err, "exit status 7: cannot open model.bin"));
  CHECK(has(run.out, "2 of 2 blocks failed: exit status 7: cannot open model.bin"));
}

TEST_CASE("commands under 20 ms: what a process that does nothing takes stands beside") {
  const Scratch scratch;
  const auto run = compare(scratch, {"--no-verdict", "-r", "2", "--runs-per-block", "2", "--passes",
                                     "time", "true", "/bin/true"});
  INFO(run.err);
  CHECK(run.status == 0);
  const auto cost = recorded(scratch).start_cost;
  REQUIRE(cost);
  CHECK(cost->runs == 20);
  CHECK(cost->p25_ns > 0);
  CHECK(cost->p25_ns <= cost->p50_ns);
  CHECK(cost->p50_ns <= cost->p75_ns);
  CHECK(has(run.out, "**Start of an empty process:**"));
  CHECK(has(run.out, "is not taken off: "));
  const auto longer =
      compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time", "sleep 0.03", "sleep 0.04"});
  CHECK(!recorded(scratch).start_cost);
  CHECK(!has(longer.out, "empty process"));
}
