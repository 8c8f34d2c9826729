#include "profiles/program/tree.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include "base/file.h"
#include "profiles/process/proc_files.h"
#include "tests/catch.h"
#include "tests/profiles/process/as_nobody.h"
#include "tests/profiles/process/tree_program.h"

using namespace winnow::profiles;

namespace {

TreeOutcome traced(const Scratch& scratch, std::vector<std::string> arguments,
                   const char* program = TREE_PROGRAM) {
  return run_tree(tree_command(scratch, std::move(arguments), program), {}, nullptr);
}

TreeAccount account_of(const TreeOutcome& tree) {
  INFO(tree.unavailable);
  INFO(describe(tree.outcome, 120));
  REQUIRE(tree.account);
  CHECK(tree.outcome.ok());
  CHECK(living_descendants(getpid()).empty());
  return *tree.account;
}

struct Counts {
  int64_t processes, threads, execs, most;
  bool operator==(const Counts&) const = default;
};
Counts counts_of(const TreeAccount& account) {
  return {account.processes_created, account.threads_created, account.execs,
          account.most_threads_at_once};
}

}  // namespace

TEST_CASE(
    "the CPU time of all of a tree: waited for, orphaned, daemons, threads, reaped by nobody") {
  const Scratch scratch;
  const TreeAccount account = account_of(traced(scratch, {"cpu"}));
  const double all = told(scratch);
  REQUIRE(all > 0.4);
  CHECK(account.cpu_s == Approx(all).epsilon(0.03));
  CHECK(account.processes_created == 6);
  CHECK(account.threads_created == 2);
  CHECK(account.run_queue_s >= 0);
  CHECK(account.unseen_ends == 0);
  CHECK(account.peak_rss_bytes > 100'000);
}

TEST_CASE("threads, processes and execs are counted exactly") {
  struct Row {
    std::vector<std::string> arguments;
    Counts expected;
  };
  const Row rows[] = {{{"threads", "1000"}, {0, 1000, 1, 2}}, {{"together", "40"}, {0, 40, 1, 41}},
                      {{"forks", "50"}, {50, 0, 1, 2}},       {{"vforks", "7"}, {7, 7, 8, 3}},
                      {{"exec-in-thread"}, {0, 6, 2, 4}},     {{"stops"}, {2, 0, 1, 3}},
                      {{"signals", "40"}, {0, 0, 1, 1}}};
  for (const Row& row : rows) {
    for (const char* program : {TREE_PROGRAM,
#ifdef STATIC_TREE_PROGRAM
                                STATIC_TREE_PROGRAM
#endif
         }) {
      INFO(row.arguments[0] << " of " << program);
      const Scratch scratch;
      const TreeAccount account = account_of(traced(scratch, row.arguments, program));
      const Counts counts = counts_of(account);
      CHECK(counts.processes == row.expected.processes);
      CHECK(counts.threads == row.expected.threads);
      CHECK(counts.execs == row.expected.execs);
      CHECK(counts.most <= row.expected.most);
      CHECK(account.unseen_ends == 0);
      CHECK(account.voluntary_switches >= 0);
    }
  }
}

TEST_CASE("threads that wait for each other live at the same time") {
  const Scratch scratch;
  CHECK(account_of(traced(scratch, {"together", "40"})).most_threads_at_once == 41);
}

TEST_CASE("each program of a tree has a row, and the rows add up") {
  const Scratch scratch;
  Command command = tree_command(scratch, {});
  command.arguments = {"sh", "-c",
                       "for i in 1 2 3; do sleep 0; done; \"$0\" threads 4; exec \"$0\" threads 2",
                       TREE_PROGRAM};
  const TreeAccount account = account_of(run_tree(command, {}, nullptr));
  double sum = 0;
  std::map<std::string, ProcessRow> rows;
  for (const ProcessRow& row : account.rows) {
    rows[row.name] = row;
    sum += row.cpu_s;
  }
  CHECK(rows.size() == 3);
  CHECK(rows["sleep"].processes == 3);
  CHECK(rows["process-tree"].processes == 2);
  CHECK(rows["process-tree"].threads == 6);
  CHECK(rows["sh"].processes == 0);
  CHECK(rows["sh"].cpu_s > 0);
  CHECK(sum == Approx(account.cpu_s));
  CHECK(account.other_names == 0);
}

TEST_CASE("beyond a hundred names the rest is one row") {
  const Scratch scratch;
  std::string script;
  for (int i = 0; i < 105; ++i) {
    const std::string link = scratch / ("name-" + std::to_string(i));
    std::filesystem::create_symlink(TREE_PROGRAM, link);
    script += link + " forks 0\n";
  }
  Command command = tree_command(scratch, {});
  command.arguments = {"sh", "-c", script + "true"};
  const TreeAccount account = account_of(run_tree(command, {}, nullptr));
  CHECK(account.rows.size() == 100);
  CHECK(account.other_names == 6);
  CHECK(account.other_rows.processes == 6);
  double sum = account.other_rows.cpu_s;
  for (const ProcessRow& row : account.rows) sum += row.cpu_s;
  CHECK(sum == Approx(account.cpu_s));
}

TEST_CASE("the tracer's stops are no switches of the program") {
  const Scratch scratch;
  const Outcome plain = run_child(tree_command(scratch, {"forks", "50"}), nullptr);
  const TreeAccount account = account_of(traced(scratch, {"forks", "50"}));
  CHECK(plain.voluntary_switches >= 40);
  // Its children may end before it waits for them.
  CHECK(account.voluntary_switches <= 60);
}

TEST_CASE("a traced program's end is told as it was") {
  const Scratch scratch;
  TreeOutcome tree = traced(scratch, {"raise", "11"});
  CHECK(describe(tree.outcome, 0) == "signal 11 (Segmentation fault)");
  CHECK(tree.account);
  tree = traced(scratch, {"raise", "9"});
  CHECK(describe(tree.outcome, 0) == "signal 9 (Killed)");
  CHECK(tree.account);
  tree = traced(scratch, {"no such thing"});
  CHECK(describe(tree.outcome, 0) == "exit status 2");
  Command command = tree_command(scratch, {});
  command.arguments = {"/nowhere/at/all"};
  tree = run_tree(command, {}, nullptr);
  CHECK(describe(tree.outcome, 0) == "not started: No such file or directory");
  CHECK(!tree.account);
  CHECK(tree.unavailable.empty());
}

TEST_CASE("a process that is killed is counted, or its unseen end is") {
  const Scratch scratch;
  const TreeAccount account = account_of(traced(scratch, {"killed"}));
  CHECK(account.processes_created == 1);
  CHECK((account.unseen_ends == 1 || account.cpu_s >= 0.005));
}

TEST_CASE("a traced daemon is ended with its tree") {
  for (const char* kind : {"daemon", "stubborn-daemon"}) {
    const Scratch scratch;
    const TreeOutcome tree = traced(scratch, {kind});
    CHECK(tree.outcome.left_behind_count == 1);
    CHECK(account_of(tree).processes_created == 2);
    CHECK(!is_there(told(scratch)));
  }
}

TEST_CASE("time limit and stop flag of a traced tree") {
  const Scratch scratch;
  Command command = tree_command(scratch, {"hang"});
  command.time_limit_s = 0.3;
  TreeOutcome tree = run_tree(command, {}, nullptr);
  CHECK(describe(tree.outcome, 0.3) == "time limit of 0.3 s");
  CHECK(living_descendants(getpid()).empty());
  const std::atomic<bool> stop{true};
  command.time_limit_s = 60;
  tree = run_tree(command, {}, &stop);
  CHECK(describe(tree.outcome, 60) == "interrupted");
  CHECK(living_descendants(getpid()).empty());
}

TEST_CASE("before_exec of the caller comes before the tracing, and its exception through") {
  const Scratch scratch;
  Command command = tree_command(scratch, {"forks", "1"});
  int called = 0;
  command.before_exec = [&](pid_t) { ++called; };
  account_of(run_tree(command, {}, nullptr));
  CHECK(called == 1);
  command.before_exec = [](pid_t) { throw winnow::base::Error("events", "none"); };
  CHECK_THROWS_AS(run_tree(command, {}, nullptr), winnow::base::Error);
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
}

TEST_CASE("two trees at the same time do not see each other") {
  const Scratch one, other;
  TreeOutcome beside;
  std::thread thread([&] { beside = traced(other, {"forks", "30"}); });
  const TreeOutcome tree = traced(one, {"threads", "200"});
  thread.join();
  CHECK(account_of(tree).processes_created == 0);
  CHECK(account_of(tree).threads_created == 200);
  CHECK(account_of(beside).processes_created == 30);
  CHECK(account_of(beside).threads_created == 0);
}

TEST_CASE("nothing of a tree outlives a harness that is killed") {
  const Scratch scratch;
  const pid_t harness = fork();
  if (harness == 0) {
    run_tree(tree_command(scratch, {"hang"}), {}, nullptr);
    _exit(0);
  }
  for (int i = 0; i < 1000 && told(scratch) < 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const double leader = told(scratch);
  REQUIRE(leader > 0);
  CHECK(living_descendants(harness).size() >= 2);
  const auto tree = living_descendants(harness);
  kill(harness, SIGKILL);
  waitpid(harness, nullptr, 0);
  auto left = [&] {
    int count = 0;
    for (const ProcessLine& now : all_processes())
      for (const ProcessLine& then : tree)
        count += now.pid == then.pid && now.state != 'Z' && now.state != 'X';
    return count;
  };
  for (int i = 0; i < 500 && left() > 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(left() == 0);
}

TEST_CASE("where tracing is forbidden the program is not run, and the reason is told", "[root]") {
  if (geteuid() != 0) {
    WARN("skipped: only root can become another user");
    return;
  }
  const Scratch scratch;
  REQUIRE(chmod(scratch.path().c_str(), 0777) == 0);
  CHECK(as_nobody([&] {
    prctl(PR_SET_DUMPABLE, 0);  // nor may the children be traced
    const TreeOutcome tree = run_tree(tree_command(scratch, {"user"}), {}, nullptr);
    return tree.unavailable.rfind("ptrace: Operation not permitted", 0) == 0 && !tree.account &&
           tree.outcome.kind == Outcome::Kind::kNotStarted && waitpid(-1, nullptr, WNOHANG) == -1;
  }));
  CHECK(winnow::base::read_file(scratch / "output.txt").empty());
}

TEST_CASE("a set-uid program that ran without its privilege is named", "[root]") {
  if (geteuid() != 0) {
    WARN("skipped: only root can make another user's set-uid program");
    return;
  }
  const Scratch scratch;
  const std::string program = scratch / "set-uid-program";
  std::filesystem::copy_file(TREE_PROGRAM, program);
  REQUIRE(chmod(program.c_str(), 04755) == 0);
  REQUIRE(chmod(scratch.path().c_str(), 0777) == 0);
  const Command command = tree_command(scratch, {"user"}, program.c_str());
  as_nobody([&] { return run_child(command, nullptr).ok(); });
  if (told(scratch) != 0) {
    WARN("skipped: set-uid has no effect in the temporary folder");
    return;
  }
  REQUIRE(unlink(command.output_file.c_str()) == 0);
  CHECK(as_nobody([&] {
    const TreeOutcome tree = run_tree(command, {}, nullptr);
    return tree.outcome.ok() && tree.account &&
           tree.account->without_privilege == std::vector<std::string>{"set-uid-program"};
  }));
  CHECK(told(scratch) == kNobody);
}
