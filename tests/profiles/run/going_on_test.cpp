#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "profiles/recording/journal.h"
#include "profiles/run/run.h"
#include "tests/catch.h"
#include "tests/profiles/run/run_plans.h"
#include "tests/scratch.h"
#include "tests/text.h"

using namespace winnow::profiles;
using winnow::base::read_file;

namespace fs = std::filesystem;

namespace {

RunPlan long_plan(const Scratch& scratch) {
  RunPlan plan = plan_of(scratch, {arm("pool"), arm("pool", "other")}, {Pass::time, Pass::sync});
  plan.blocks = 5;  // one of them may be repeated
  plan.iterations_per_block = 1;
  plan.sync_processes = 2;
  plan.twin = true;
  plan.seed = 7;
  return plan;
}

constexpr int kAllBlocks = 5 * 3 + 2 * 2;

// The run in a process of its own, which is killed when it begins the block after so many.
void run_and_kill(RunPlan plan, int blocks) {
  const pid_t process = fork();
  if (process == 0) {
    int begun = 0;
    plan.progress = [&](const Progress& progress) {
      if (has(progress.text, ", block ") && begun++ == blocks) kill(getpid(), SIGKILL);
    };
    run(plan);
    _exit(0);
  }
  int status = 0;
  waitpid(process, &status, 0);
  REQUIRE(WIFSIGNALED(status));
}

// With what it told, and how many blocks it measured.
struct Ran {
  Recording recording;
  std::vector<std::string> told;
  int measured = 0;
};
Ran run_counted(RunPlan plan) {
  Ran ran;
  plan.tell = [&](const std::string& sentence) { ran.told.push_back(sentence); };
  plan.progress = [&](const Progress& progress) {
    ran.measured += has(progress.text, ", block ") ? 1 : 0;
  };
  ran.recording = run(plan);
  return ran;
}

using Key = std::tuple<Pass, std::string, int>;
std::map<Key, std::vector<int64_t>> times_of(const Recording& recording) {
  std::map<Key, std::vector<int64_t>> times;
  for (const Block& block : recording.blocks)
    if (block.ok()) times[{block.pass, block.variant, block.index}] = block.iteration_wall_ns;
  return times;
}

}  // namespace

TEST_CASE("a run that was killed is a recording, and the same plan goes on with it") {
  for (const int killed_at : {1, 5, 15, 17}) {
    INFO(killed_at);
    const Scratch scratch;
    const RunPlan plan = long_plan(scratch);
    run_and_kill(plan, killed_at);
    const std::string partial = plan.out_dir + ".partial";
    const Recording before = read_recording(partial);
    CHECK(before.status == RunStatus::interrupted);
    CHECK(before.blocks.size() == static_cast<size_t>(killed_at));
    CHECK_FALSE(fs::exists(plan.out_dir));

    const Ran ran = run_counted(plan);
    REQUIRE(ran.told.size() == 1);
    CHECK(has(ran.told[0], "blocks were measured before"));
    const int repeated = static_cast<int>(ran.recording.blocks.size()) - kAllBlocks;
    CHECK(ran.measured == kAllBlocks - killed_at + repeated);
    CHECK((repeated == 0) == (killed_at % 3 == 0 || killed_at > 15));  // a round in two parts
    CHECK(ran.recording.status == RunStatus::complete);
    const auto all = times_of(ran.recording), old = times_of(before);
    for (const auto& [key, times] : old) CHECK(all.at(key) == times);
    CHECK(has(ran.recording.warnings.at(0), "this run was ended and gone on with at"));
    std::set<int64_t> orders;
    for (const Block& block : ran.recording.blocks) orders.insert(block.order);
    CHECK(orders.size() == ran.recording.blocks.size());
    CHECK(ran.recording.profiles.at("pool").sync.has_value());
    CHECK_FALSE(fs::exists(partial));
    for (const char* name : {"blocks.jsonl", "plan.txt", ".winnow-run"})
      CHECK_FALSE(fs::exists(fs::path(plan.out_dir) / name));
  }
}

TEST_CASE("what was measured by another plan is moved aside, and by force removed") {
  const Scratch scratch;
  RunPlan plan = long_plan(scratch);
  run_and_kill(plan, 5);
  plan.iterations_per_block = 2;
  const Ran ran = run_counted(plan);
  const std::string previous = plan.out_dir + ".previous";
  CHECK(ran.told ==
        std::vector<std::string>{previous + ": what an earlier run measured, of another plan "
                                            "(iterations: 1 instead of iterations: 2), is kept "
                                            "here"});
  CHECK(read_recording(previous).blocks.size() == 5);
  CHECK(ran.measured == kAllBlocks);

  run_and_kill(plan, 5);
  plan.force = true;
  const Ran forced = run_counted(plan);
  CHECK(forced.told.empty());
  CHECK(forced.measured == kAllBlocks);
  CHECK_FALSE(fs::exists(previous + "-2"));
}

TEST_CASE("another program is another plan") {
  const Scratch scratch;
  RunPlan plan = long_plan(scratch);
  const std::string copy = scratch / "program";
  fs::copy_file(WORKLOAD_PROGRAM, copy);
  for (Arm& arm : plan.arms) arm.command[0] = copy;
  run_and_kill(plan, 5);
  std::string bytes = read_file(copy);
  winnow::base::write_file(copy, bytes + " ");
  fs::permissions(copy, fs::perms::owner_all);
  CHECK(run_counted(plan).measured == kAllBlocks);
  CHECK(read_recording(plan.out_dir + ".previous").blocks.size() == 5);
}

TEST_CASE("a run that is killed again and again loses nothing and measures nothing twice") {
  const Scratch scratch;
  const RunPlan plan = long_plan(scratch);
  for (const size_t before : {0, 3, 6, 9}) {
    if (before > 0) CHECK(read_recording(plan.out_dir + ".partial").blocks.size() == before);
    run_and_kill(plan, 3);
  }
  CHECK(read_recording(plan.out_dir + ".partial").blocks.size() == 12);
  CHECK(run_counted(plan).measured == kAllBlocks - 12);
}

TEST_CASE("the time that an earlier run took counts in the budget of the run that goes on") {
  const Scratch scratch;
  RunPlan plan = long_plan(scratch);
  run_and_kill(plan, 6);  // two rounds
  double earlier_s = 0;
  for (const JournalEntry& entry : read_journal(plan.out_dir + ".partial")) {
    REQUIRE(entry.seconds.value_or(0) > 0);
    earlier_s += *entry.seconds;
  }
  std::vector<double> after_rounds_s;
  plan.enough = [&](const Recording&, double elapsed_s) {
    after_rounds_s.push_back(elapsed_s);
    return after_rounds_s.size() == 3;
  };
  const Recording recording = run(plan);
  REQUIRE(after_rounds_s.size() == 3);
  CHECK(after_rounds_s[0] > 0);
  CHECK(after_rounds_s[1] >= earlier_s);
  CHECK(after_rounds_s[2] > after_rounds_s[1]);
}

TEST_CASE("what an interrupted run said at its end is said once when it is gone on with") {
  const Scratch scratch;
  Arm changing;
  changing.variant.name = "a";
  changing.command = {"sh", "-c", "echo $$; sleep 9 > /dev/null &"};
  changing.program.emplace();
  RunPlan plan = plan_of(scratch, {changing}, {Pass::time, Pass::tree});
  plan.workload = {};
  plan.iterations_per_block = 1;
  std::atomic<bool> stop{false};
  plan.stop = &stop;
  plan.progress = [&](const Progress& progress) {
    if (progress.text.starts_with("tree pass, block 4")) stop = true;
  };
  const auto told = [](const Recording& recording, const char* words) {
    return std::ranges::count_if(recording.warnings,
                                 [&](const std::string& warning) { return has(warning, words); });
  };
  constexpr const char *kAtEnd = "is another one in each run", *kLasting = "a leaves processes";
  const Recording first = run(plan);
  REQUIRE(first.status == RunStatus::interrupted);
  REQUIRE(told(first, kAtEnd) == 1);
  REQUIRE(told(first, kLasting) == 1);
  stop = false;
  plan.progress = nullptr;
  const Recording second = run(plan);
  CHECK(second.status == RunStatus::complete);
  CHECK(told(second, "this run was ended and gone on with") == 1);
  CHECK(told(second, kAtEnd) == 1);
  CHECK(told(second, kLasting) == 2);  // by each of the two, of other processes
  CHECK_FALSE(second.lasting_warnings);
  CHECK_FALSE(read_recording(plan.out_dir).lasting_warnings);
}

TEST_CASE("an interrupted run is gone on with, also when it is interrupted at once again") {
  const Scratch scratch;
  RunPlan plan = long_plan(scratch);
  std::atomic<bool> stop{false};
  plan.stop = &stop;
  const auto interrupted_at = [&](const std::string& text) {
    stop = false;
    plan.progress = [&stop, text](const Progress& progress) {
      if (progress.text.starts_with(text)) stop = true;
    };
    const Recording recording = run(plan);
    CHECK(recording.status == RunStatus::interrupted);
    return times_of(recording).size();
  };
  const size_t first = interrupted_at("time pass, block 3, ");
  CHECK(first >= 6);
  CHECK(times_of(read_recording(plan.out_dir)).size() == first);
  CHECK(interrupted_at("time pass, block 4, ") >= first);
  const size_t kept = times_of(read_recording(plan.out_dir)).size();
  CHECK(interrupted_at("") == kept);
  CHECK(times_of(read_recording(plan.out_dir)).size() == kept);
  stop = false;
  plan.progress = nullptr;
  CHECK(run(plan).status == RunStatus::complete);
  CHECK_FALSE(fs::exists(plan.out_dir + ".previous"));
}

TEST_CASE("a run that cannot begin leaves what an earlier one measured") {
  const Scratch scratch;
  RunPlan plan = long_plan(scratch);
  run_and_kill(plan, 5);
  plan.progress = [](const Progress&) { throw winnow::base::Error("disk", "on fire"); };
  CHECK_THROWS_AS(run(plan), winnow::base::Error);
  CHECK(read_recording(plan.out_dir + ".partial").blocks.size() == 5);
}

TEST_CASE("a folder that cannot be replaced as a whole is refused before anything is measured") {
  const Scratch scratch;
  RunPlan plan = long_plan(scratch);
  const fs::path before = fs::current_path();
  fs::create_directories(plan.out_dir);
  fs::current_path(plan.out_dir);
  CHECK_THROWS_AS(run(plan), winnow::base::UsageError);
  fs::current_path(before);
}

TEST_CASE("a journal that cannot be read is moved aside, and stands in no run's way") {
  const Scratch scratch;
  const RunPlan plan = long_plan(scratch);
  run_and_kill(plan, 5);
  const std::string journal = plan.out_dir + ".partial/blocks.jsonl";
  winnow::base::write_file(journal, "no JSON\n" + read_file(journal));
  const Ran ran = run_counted(plan);
  CHECK(ran.measured == kAllBlocks);
  CHECK(ran.told ==
        std::vector<std::string>{plan.out_dir + ".previous: what an earlier run measured, which "
                                                "cannot be gone on with, is kept here"});
}
