#include "profiles/process/child.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "tests/catch.h"
#include "tests/profiles/processes.h"
#include "tests/scratch.h"

using namespace winnow::profiles;
using winnow::base::Error;
using winnow::base::read_file;

namespace {

Command shell(const Scratch& scratch, const std::string& script) {
  Command command;
  command.arguments = {"sh", "-c", script};
  command.output_file = scratch / "output.txt";
  command.time_limit_s = 60;
  command.grace_s = 0.2;
  return command;
}

}  // namespace

TEST_CASE("a child's end is told as it was") {
  const Scratch scratch;
  struct Row {
    const char* script;
    const char* status;
  };
  const Row rows[] = {{"exit 0", "ok"},
                      {"exit 3", "exit status 3"},
                      {"kill -SEGV $$", "signal 11 (Segmentation fault)"},
                      {"kill -KILL $$", "signal 9 (Killed)"}};
  for (const Row& row : rows) {
    INFO(row.script);
    CHECK(describe(run_child(shell(scratch, row.script), nullptr), 60) == row.status);
  }
}

TEST_CASE("a program that cannot be started is told apart from one that fails") {
  const Scratch scratch;
  Command command = shell(scratch, "");
  command.arguments = {"/nowhere/at/all"};
  CHECK(describe(run_child(command, nullptr), 60) == "not started: No such file or directory");
  command.arguments = {scratch.path()};
  CHECK(describe(run_child(command, nullptr), 60) == "not started: Permission denied");
  command.arguments = {};
  CHECK(describe(run_child(command, nullptr), 60) == "not started: no command");
}

TEST_CASE("both streams go to the file, and nothing comes from standard input") {
  const Scratch scratch;
  REQUIRE(run_child(shell(scratch, "cat; echo out; echo err >&2"), nullptr).ok());
  CHECK(read_file(scratch / "output.txt") == "out\nerr\n");
  Command command = shell(scratch, "true");
  command.output_file = scratch / "no/such/folder.txt";
  CHECK_THROWS_AS(run_child(command, nullptr), Error);
}

TEST_CASE("input, error and folder are the command's own where it names them") {
  const Scratch scratch;
  winnow::base::write_file(scratch / "input.txt", "given\n");
  Command command = shell(scratch, "cat; pwd; echo err >&2");
  command.input_file = scratch / "input.txt";
  command.error_file = scratch / "error.txt";
  command.folder = scratch.path();
  REQUIRE(run_child(command, nullptr).ok());
  const std::string folder = std::filesystem::canonical(scratch.path());
  CHECK(read_file(scratch / "output.txt") == "given\n" + folder + "\n");
  CHECK(read_file(scratch / "error.txt") == "err\n");
  command.folder = scratch / "nowhere";
  CHECK_THROWS_AS(run_child(command, nullptr), Error);
  command.folder = "";
  command.input_file = scratch / "absent.txt";
  CHECK_THROWS_AS(run_child(command, nullptr), Error);
}

TEST_CASE("the child waits for before_exec, whose exception ends it") {
  for (const bool reap : {false, true}) {
    const Scratch scratch;
    Command command = shell(scratch, "echo ran $$");
    command.reap_descendants = reap;
    pid_t child = 0;
    command.before_exec = [&](pid_t pid) {
      child = pid;
      CHECK(read_file(scratch / "output.txt").empty());
      CHECK(kill(pid, 0) == 0);
    };
    REQUIRE(run_child(command, nullptr).ok());
    CHECK(read_file(scratch / "output.txt") == "ran " + std::to_string(child) + "\n");
    command.before_exec = [&](pid_t pid) {
      child = pid;
      throw Error("events", "none");
    };
    CHECK_THROWS_AS(run_child(command, nullptr), Error);
    CHECK(kill(child, 0) != 0);
    CHECK(read_file(scratch / "output.txt").empty());
  }
}

TEST_CASE("what the fork costs is told apart from the program's CPU time") {
  const Scratch scratch;
  Command command = shell(scratch, "exit 0");
  CHECK(run_child(command, nullptr).cpu_before_start_s == 0);  // it did not wait
  command.reap_descendants = true;
  command.before_exec = [](pid_t) {};
  const Outcome outcome = run_child(command, nullptr);
  REQUIRE(outcome.ok());
  CHECK(outcome.cpu_before_start_s > 0);
  CHECK(outcome.cpu_s > 0);
  CHECK(outcome.cpu_s == Approx(outcome.user_s + outcome.system_s));
}

TEST_CASE("what the child itself does before its exec can refuse it") {
  const Scratch scratch;
  Command command = shell(scratch, "true");
  command.in_child = [] { return ENOSPC; };
  CHECK(describe(run_child(command, nullptr), 60) == "not started: No space left on device");
  command.in_child = [] { return chdir("/"); };
  CHECK(run_child(command, nullptr).ok());
}

TEST_CASE("the kernel's figures of a child") {
  const Scratch scratch;
  const Outcome outcome = run_child(shell(scratch,
                                          "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); "
                                          "done; sleep 0.001"),
                                    nullptr);
  REQUIRE(outcome.ok());
  CHECK(outcome.user_s > 0);
  CHECK(outcome.cpu_s == outcome.user_s + outcome.system_s);
  CHECK(outcome.max_rss_bytes > 100'000);
  CHECK(outcome.minor_faults > 10);
  CHECK(outcome.voluntary_switches > 0);
  CHECK(outcome.left_behind_count == 0);
}

TEST_CASE("the environment is the harness's own, with additions and without what is removed") {
  const Scratch scratch;
  setenv("WINNOW_TEST_KEPT", "kept", 1);
  setenv("WINNOW_TEST_REPLACED", "old", 1);
  setenv("WINNOW_TEST_REMOVED", "there", 1);
  Command command =
      shell(scratch, "echo $WINNOW_TEST_KEPT $WINNOW_TEST_REPLACED ${WINNOW_TEST_REMOVED-removed}");
  command.environment = {{"WINNOW_TEST_REPLACED", "new"}};
  command.removed_environment = {"WINNOW_TEST_REMOVED"};
  REQUIRE(run_child(command, nullptr).ok());
  CHECK(read_file(scratch / "output.txt") == "kept new removed\n");
}

TEST_CASE("a child that hangs ends with its whole group, even if it ignores SIGTERM") {
  const Scratch scratch;
  Command command =
      shell(scratch, "trap '' TERM; echo $$; sleep 1000 & sleep 1000; sleep 1000; sleep 1000");
  command.time_limit_s = 1;
  const Outcome outcome = run_child(command, nullptr);
  CHECK(describe(outcome, 1) == "time limit of 1 s");
  CHECK(outcome.wall_s >= 1);
  CHECK(left_in_group(std::stoi(read_file(scratch / "output.txt"))) == 0);
}

TEST_CASE("what a child leaves running in its group is ended, too") {
  const Scratch scratch;
  REQUIRE(run_child(shell(scratch, "echo $$; sleep 1000 &"), nullptr).ok());
  CHECK(left_in_group(std::stoi(read_file(scratch / "output.txt"))) == 0);
}

TEST_CASE("the stop flag ends a child") {
  const Scratch scratch;
  std::atomic<bool> stop{false};
  const std::string output = scratch / "output.txt";
  std::thread interrupter([&] {
    while (!std::filesystem::exists(output) || std::filesystem::is_empty(output))
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    stop = true;
  });
  const Outcome outcome = run_child(shell(scratch, "echo $$; sleep 1000"), &stop);
  interrupter.join();
  CHECK(describe(outcome, 60) == "interrupted");
  CHECK(outcome.wall_s < 30);
  CHECK(left_in_group(std::stoi(read_file(scratch / "output.txt"))) == 0);
}

TEST_CASE("the last lines of a file") {
  const Scratch scratch;
  const std::string file = scratch / "lines.txt";
  struct Row {
    std::string contents;
    int limit;
    std::string expected;
  };
  const Row rows[] = {{"", 3, ""},
                      {"one", 3, "one"},
                      {"one\ntwo\nthree\nfour\n\n", 2, "three\nfour"},
                      {"one\ntwo\n", 5, "one\ntwo"},
                      {"\nbell \a\n", 2, "\nbell \\x07"},
                      {std::string(100'000, 'x'), 1, std::string(4096, 'x')}};
  for (const Row& row : rows) {
    INFO(row.contents.substr(0, 50));
    winnow::base::write_file(file, row.contents);
    CHECK(last_lines(file, row.limit) == row.expected);
  }
  CHECK(last_lines(scratch / "absent.txt", 3).empty());
}
