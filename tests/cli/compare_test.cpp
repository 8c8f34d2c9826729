#include "tests/cli/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/file.h"
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
      {{"-r", "5", "true", "true"}, "5 cannot prove a difference"},
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

TEST_CASE("a program has an empty input, and its output may be as long as it likes") {
  const Scratch scratch;
  base::write_file(scratch / "text", "abc");
  CHECK(compare(scratch, {"--no-verdict", "-r", "1", "--samples", "100", "cat", "cat"}).status ==
        0);
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
