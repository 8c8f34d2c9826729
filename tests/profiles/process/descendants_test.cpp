#include "profiles/process/descendants.h"

#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "profiles/process/child.h"
#include "profiles/process/proc_files.h"
#include "tests/catch.h"
#include "tests/profiles/process/tree_program.h"

using namespace winnow::profiles;

namespace {

// A child of the test itself, until it is told to end.
class OwnChild {
 public:
  OwnChild() : pid_(fork()) {
    while (pid_ == 0) pause();
  }
  ~OwnChild() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

Command reaping(Command command) {
  command.reap_descendants = true;
  return command;
}

}  // namespace

TEST_CASE("a daemon that a program leaves behind is noted and ended") {
  for (const char* kind : {"daemon", "stubborn-daemon"}) {
    INFO(kind);
    const Scratch scratch;
    const Outcome outcome = run_child(reaping(tree_command(scratch, {kind})), nullptr);
    CHECK(outcome.ok());
    CHECK(outcome.left_behind_count == 1);
    const int daemon = static_cast<int>(told(scratch));
    REQUIRE(daemon > 0);
    CHECK(outcome.left_behind ==
          std::vector<std::string>{"process-tree (" + std::to_string(daemon) + ")"});
    CHECK(!is_there(daemon));
  }
}

TEST_CASE("without reaping a daemon survives") {
  const Scratch scratch;
  const Outcome outcome = run_child(tree_command(scratch, {"daemon"}), nullptr);
  CHECK(outcome.left_behind_count == 0);
  const double daemon = told(scratch);
  REQUIRE(daemon > 0);
  CHECK(is_there(daemon));
  kill(static_cast<pid_t>(daemon), SIGKILL);
}

TEST_CASE("other children of the harness are neither noted nor reaped") {
  const Scratch scratch, other;
  const OwnChild living, ended;
  kill(ended.pid(), SIGKILL);
  std::thread beside(
      [&] { run_child(reaping(tree_command(other, {"stubborn-daemon"})), nullptr); });
  const Outcome outcome = run_child(reaping(tree_command(scratch, {"daemon"})), nullptr);
  beside.join();
  CHECK(outcome.left_behind_count == 1);
  CHECK(waitpid(living.pid(), nullptr, WNOHANG) == 0);
  siginfo_t info{};
  CHECK(waitid(P_PID, static_cast<id_t>(ended.pid()), &info, WEXITED | WNOWAIT) == 0);
  CHECK(living_descendants(getpid()).size() == 1);
}

TEST_CASE("the first twenty of those left behind have names, all are counted and ended") {
  const Scratch scratch;
  Command command = reaping(tree_command(scratch, {}));
  command.arguments = {"sh", "-c",
                       "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 "
                       "21 22 23; do sleep 1000 & done"};
  const Outcome outcome = run_child(command, nullptr);
  CHECK(outcome.left_behind.size() == 20);
  CHECK(outcome.left_behind_count == 23);
  CHECK(living_descendants(getpid()).empty());
}

TEST_CASE("what orphans used is in the figures of a tree, what nobody reaped is not") {
  const Scratch scratch;
  const Outcome outcome = run_child(reaping(tree_command(scratch, {"cpu"})), nullptr);
  REQUIRE(outcome.ok());
  const double all = told(scratch);
  CHECK(outcome.cpu_s > 0.78 * all);
  CHECK(outcome.cpu_s < 0.92 * all);
  CHECK(outcome.left_behind_count == 0);
}

TEST_CASE("time limit and a failing start of a reaped tree") {
  const Scratch scratch;
  Command command = reaping(tree_command(scratch, {"hang"}));
  command.time_limit_s = 0.3;
  const Outcome outcome = run_child(command, nullptr);
  CHECK(describe(outcome, 0.3) == "time limit of 0.3 s");
  CHECK(outcome.left_behind_count == 0);
  CHECK(!is_there(told(scratch)));
  CHECK(living_descendants(getpid()).empty());
  command.arguments = {"/nowhere/at/all"};
  CHECK(describe(run_child(command, nullptr), 1) == "not started: No such file or directory");
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
}
