#include <fmt/format.h>

#include <cmath>
#include <iostream>

#include "tests/catch.h"
#include "tests/cli/compare.h"

using namespace winnow;
using testing::compare;
using testing::loop;
using testing::recorded;
using testing::Words;

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
  CHECK(has(run.out, "agrees within"));
  CHECK(has(run.out, "Thread joins"));
}

#ifdef STATIC_TREE_PROGRAM

TEST_CASE("what a preloaded pass does not see of a command is told, and is no 0") {
  const Scratch scratch;
  const std::string burner = tree_of(TREE_PROGRAM, "threads 1000");
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
      CHECK_FALSE(missing_of(recording, name, profiles::Pass::exact));  // it is told once
      CHECK_FALSE(recording.profiles.at(name).sync);
      CHECK_FALSE(recording.profiles.at(name).heap);
      const auto* missing = missing_of(recording, name, pass);
      REQUIRE(missing);
      CHECK(has(missing->reason, reason));
      CHECK(has(run.out, reason));
    }
  // Which share the first process has is luck; that there are others is told in any case.
  const auto& sync = recording.profiles.at("forks").sync;
  if (sync) {
    REQUIRE(sync->seen);
    CHECK(sync->seen->child_processes == 7 * 20);
    CHECK(has(run.out, "a run makes 20 child processes, not counted here"));
  } else {
    CHECK(missing_of(recording, "forks", profiles::Pass::sync));
  }
  // The tree pass counts the threads of all.
  CHECK(recording.profiles.at("static").tree->threads == 5 * 10);
  CHECK(recording.profiles.at("shell").tree->threads == 5 * 2000);
  CHECK(has(run.out, "| **shell** | 2,000 | 10,000 |"));
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
    CHECK(has(run.out, missing->reason));
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
  CHECK(has(run.out, "### Exact Counts"));
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
    CHECK(has(missing->reason, "apt-get install valgrind"));
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
  CHECK(has(missing->reason, "from the parent's start"));
  CHECK(has(run.out, "| Instructions |"));
}
