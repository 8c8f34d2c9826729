#include "profiles/program/futexes.h"

#include <sys/stat.h>

#include "profiles/program/tree.h"
#include "tests/catch.h"
#include "tests/profiles/process/as_nobody.h"
#include "tests/profiles/process/tree_program.h"

using namespace winnow::profiles;

namespace {

TreeOptions counting() {
  TreeOptions options;
  options.count_futexes = true;
  return options;
}

// The dynamic linker and the start of the C library make calls of their own.
FutexCounts minus(const FutexCounts& counts, const FutexCounts& fewer) {
  return {counts.waits - fewer.waits,
          counts.wakes - fewer.wakes,
          counts.requeues - fewer.requeues,
          counts.others - fewer.others,
          true,
          ""};
}

FutexCounts counted(const char* program, const char* rounds) {
  const Scratch scratch;
  const TreeOutcome tree =
      run_tree(tree_command(scratch, {"futexes", rounds}, program), counting(), nullptr);
  INFO(tree.unavailable);
  REQUIRE(tree.futexes);
  CHECK(tree.outcome.ok());
  CHECK(tree.futexes->complete);
  CHECK(tree.futexes->reason.empty());
  return *tree.futexes;
}

void check_exact(const char* program) {
  const FutexCounts calls = minus(counted(program, "200"), counted(program, "0"));
  CHECK(calls.waits == 600);
  CHECK(calls.wakes == 1000);
  CHECK(calls.requeues == 400);
  CHECK(calls.others == 200);
  CHECK(calls.calls() == 2200);
}

}  // namespace

TEST_CASE("futex calls are counted exactly, by what they do") {
  check_exact(TREE_PROGRAM);
#ifdef STATIC_TREE_PROGRAM
  check_exact(STATIC_TREE_PROGRAM);
#endif
}

TEST_CASE("futex calls of threads and of processes that are forked and executed are counted") {
  const Scratch scratch;
  Command command = tree_command(scratch, {});
  command.arguments = {"sh", "-c", "\"$0\" futexes 10; \"$0\" futexes 10; \"$0\" threads 100; true",
                       TREE_PROGRAM};
  const TreeOutcome tree = run_tree(command, counting(), nullptr);
  REQUIRE(tree.futexes);
  CHECK(tree.futexes->complete);
  CHECK(tree.futexes->others == 20);
  CHECK(tree.futexes->requeues == 40);
  CHECK(tree.futexes->wakes >= 100);
  REQUIRE(tree.account);
  CHECK(tree.account->threads_created == 100);
}

TEST_CASE("at its limit counting says so, and the program runs on or is ended") {
  const Scratch scratch;
  TreeOptions options = counting();
  options.limit_futex_calls = 100;
  const TreeOutcome tree = run_tree(tree_command(scratch, {"futexes", "1000"}), options, nullptr);
  REQUIRE(tree.futexes);
  CHECK(!tree.futexes->complete);
  CHECK(tree.futexes->calls() == 100);
  CHECK(tree.futexes->reason.find(" after 100 futex calls") != std::string::npos);
  if (tree.outcome.ok()) {
    CHECK(tree.futexes->reason.rfind("counting ended", 0) == 0);
  } else {
    CHECK(tree.outcome.kind == Outcome::Kind::kEnded);
    CHECK(describe(tree.outcome, 0) == "ended: " + tree.futexes->reason);
  }
}

TEST_CASE("without root a program is ended at the limit", "[root]") {
  if (geteuid() != 0) {
    WARN("skipped: the test before this one has seen it");
    return;
  }
  const Scratch scratch;
  REQUIRE(chmod(scratch.path().c_str(), 0777) == 0);
  TreeOptions options = counting();
  options.limit_futex_s = 0;
  CHECK(as_nobody([&] {
    const TreeOutcome tree = run_tree(tree_command(scratch, {"futexes", "1000"}), options, nullptr);
    return tree.outcome.kind == Outcome::Kind::kEnded && tree.futexes && !tree.futexes->complete &&
           tree.futexes->calls() == 1 &&
           tree.outcome.detail.rfind("the program was ended after 1 futex calls", 0) == 0;
  }));
}
