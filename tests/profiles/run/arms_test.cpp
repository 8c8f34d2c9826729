#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>

#include "base/file.h"
#include "profiles/machine/competitors.h"
#include "profiles/machine/watch.h"
#include "profiles/recording/disturbance.h"
#include "profiles/run/arm_order.h"
#include "profiles/run/run.h"
#include "tests/catch.h"
#include "tests/scratch.h"

using namespace winnow::profiles;

namespace fs = std::filesystem;

namespace {

void write(const std::string& root, const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(root + path).parent_path());
  winnow::base::write_file(root + path, text);
}

// Two cores that together were busy, stolen and idle for so many ticks (100 a second).
std::string cores_text(int busy, int steal, int idle) {
  const std::string half = std::to_string(busy / 2) + " 0 0 " + std::to_string(idle / 2) +
                           " 0 0 0 " + std::to_string(steal / 2) + " 0 0\n";
  return "cpu  1 2 3 4 5 6 7 8 9 0\ncpu0 " + half + "cpu1 " + half + "intr 1\n";
}

BlockMachine quiet() { return {10.0, 90.0, 0.1, 2.0, 0, 0.5}; }

Arm pool_arm(const std::string& name) {
  Arm made;
  made.variant.name = name;
  made.command = {WORKLOAD_PROGRAM, "pool", "{iterations}"};
  return made;
}

RunPlan time_plan(const Scratch& scratch, std::vector<Arm> arms) {
  RunPlan plan;
  plan.baseline = arms.at(0).variant.name;
  plan.arms = std::move(arms);
  plan.passes = {Pass::time};
  plan.blocks = 4;
  plan.out_dir = scratch / "out";
  plan.agent_library = AGENT_LIBRARY;
  plan.machine_root = scratch / "machine";
  return plan;
}

// A program that, in its runs with these numbers, finds one of the two planted cores kept busy by
// others; else they are idle.
void plant_disturbance(Arm& arm, const Scratch& scratch, const std::string& runs) {
  const std::string root = scratch / "machine", count = scratch / (arm.variant.name + "-count");
  if (!fs::exists(root)) {
    write(root, "/ticks", "0 0\n");
    write(root, "/proc/stat", cores_text(0, 0, 0));
  }
  const std::string script =
      "n=$(cat " + count + " 2>/dev/null || echo 0); echo $((n + 1)) > " + count +
      "; read busy idle < " + root + "/ticks; case ' " + runs +
      " ' in *\" $n \"*) busy=$((busy + 10000)); sleep 0.2;; esac; idle=$((idle + 10000)); "
      "echo $busy $idle > " +
      root + "/ticks; echo \"cpu0 $busy 0 0 0 0 0 0 0\" > " + root +
      "/proc/stat; echo \"cpu1 0 0 0 $idle 0 0 0 0\" >> " + root + "/proc/stat; exec \"$0\" \"$@\"";
  std::vector<std::string> command = {"sh", "-c", script};
  command.insert(command.end(), arm.command.begin(), arm.command.end());
  arm.command = command;
}

std::string order_of(const Recording& recording, bool repeated) {
  std::string order;
  for (const Block& block : recording.blocks)
    if (block.rerun_of.has_value() == repeated) order += block.variant;
  return order;
}

std::vector<int> indexes(const std::vector<const Block*>& blocks) {
  std::vector<int> result;
  for (const Block* block : blocks) result.push_back(block->index);
  return result;
}

}  // namespace

TEST_CASE("over a full square every arm stands equally often in every position and after others") {
  for (size_t arms = 1; arms <= 7; ++arms) {
    INFO(arms);
    std::mt19937_64 random(arms);
    ArmOrder order(arms, random);
    const size_t rows = arms == 1 ? 1 : arms % 2 == 0 ? arms : 2 * arms;
    std::map<std::pair<size_t, size_t>, size_t> positions, neighbours;
    for (size_t row = 0; row < rows; ++row) {
      const std::vector<size_t> arms_of_row = order.next();
      REQUIRE(std::set<size_t>(arms_of_row.begin(), arms_of_row.end()).size() == arms);
      for (size_t i = 0; i < arms; ++i) {
        REQUIRE(arms_of_row[i] < arms);
        ++positions[{arms_of_row[i], i}];
        if (i > 0) ++neighbours[{arms_of_row[i - 1], arms_of_row[i]}];
      }
      if (row + 1 != arms) continue;
      for (const auto& [place, count] : positions) CHECK(count == 1);  // a Latin square so far
    }
    CHECK(positions.size() == arms * arms);
    for (const auto& [place, count] : positions) CHECK(count == rows / arms);
    CHECK(neighbours.size() == arms * (arms - 1));
    for (const auto& [pair, count] : neighbours) CHECK(count == rows / arms);
  }
}

TEST_CASE("orders are drawn: another seed gives another order, the same gives the same") {
  std::set<std::vector<size_t>> firsts;
  for (uint64_t seed = 0; seed < 30; ++seed) {
    std::mt19937_64 random(seed), again(seed);
    ArmOrder order(3, random), same(3, again);
    for (int row = 0; row < 12; ++row) {
      const std::vector<size_t> arms = order.next();
      CHECK(same.next() == arms);
      if (row == 0) firsts.insert(arms);
    }
  }
  CHECK(firsts.size() == 6);
}

TEST_CASE("the twin takes part in every round of the time pass, and only there") {
  const Scratch scratch;
  RunPlan plan = time_plan(scratch, {pool_arm("a"), pool_arm("b"), pool_arm("a-twin")});
  plan.twin = true;
  plan.passes = {Pass::time, Pass::cpu};
  const Recording recording = run(plan);
  CHECK(recording.status == RunStatus::complete);
  CHECK(recording.twin == "a-twin-twin");
  CHECK(recording.variants.size() == 3);
  std::map<std::string, int> blocks;
  for (const Block& block : recording.blocks) {
    CHECK(block.ok());
    CHECK(block.order == &block - recording.blocks.data());
    if (block.pass == Pass::time) ++blocks[block.variant];
    if (block.variant != recording.twin) continue;
    CHECK(block.pass == Pass::time);
    CHECK(block.raw_files.at(0).starts_with("raw/time/a-twin-twin-"));
  }
  CHECK(blocks ==
        std::map<std::string, int>{{"a", 4}, {"a-twin", 4}, {"a-twin-twin", 4}, {"b", 4}});
  CHECK(recording.profiles.count(recording.twin) == 0);
  CHECK(read_recording(plan.out_dir).twin == "a-twin-twin");
}

TEST_CASE("a single variant may have a twin, but not without a time pass") {
  const Scratch scratch;
  RunPlan plan = time_plan(scratch, {pool_arm("a")});
  plan.twin = true;
  CHECK(run(plan).twin == "a-twin");
  plan = time_plan(scratch, {pool_arm("a"), pool_arm("b")});
  plan.twin = true;
  plan.passes = {Pass::sync};
  CHECK(run(plan).twin.empty());
}

TEST_CASE("a twin that fails makes the run incomplete") {
  const Scratch scratch;
  RunPlan plan = time_plan(scratch, {pool_arm("a"), pool_arm("b")});
  plan.twin = true;
  plan.blocks = 2;
  plan.arms[0].command = {"sh",
                          "-c",
                          "case $WINNOW_OUT in *twin*) exit 3;; esac; exec \"$0\" \"$@\"",
                          WORKLOAD_PROGRAM,
                          "pool",
                          "{iterations}"};
  const Recording recording = run(plan);
  CHECK(recording.status == RunStatus::incomplete);
  REQUIRE(recording.missing.size() == 1);
  CHECK(recording.missing[0].variant == "a-twin");
}

TEST_CASE("what the rule calls disturbed, and what not") {
  CHECK(disturbance(quiet(), 4).empty());
  CHECK(disturbance(BlockMachine{}, 4).empty());
  BlockMachine state = quiet();
  SECTION("others' CPU time, whatever the pressure") {
    state.other_cpu_percent = 6.2;
    state.psi_cpu_some_percent = 0;
    CHECK(disturbance(state, 4).empty());
    state.other_cpu_percent = 32.5;
    CHECK(disturbance(state, 4) == "other programs used 1.3 of 4 cores");
    CHECK(disturbance(state, 0).empty());
  }
  SECTION("too short to tell") {
    state.other_cpu_percent = 25;
    state.wall_s = 0.09;
    CHECK(disturbance(state, 4).empty());
    state.wall_s = 0.11;
    CHECK_FALSE(disturbance(state, 4).empty());
  }
  SECTION("pressure counts beside others only") {
    state.psi_cpu_some_percent = 90;
    state.other_cpu_percent = 2.4;
    CHECK(disturbance(state, 4).empty());
    state.other_cpu_percent = 2.6;
    CHECK(disturbance(state, 4) == "PSI 90% beside other programs");
    state.psi_cpu_some_percent = 24;
    CHECK(disturbance(state, 4).empty());
  }
  SECTION("steal") {
    state.steal_percent = 0.9;
    CHECK(disturbance(state, 4).empty());
    state.steal_percent = 3.25;
    CHECK(disturbance(state, 4) == "steal 3.2%");
    state.wall_s = 0.2;  // two ticks
    CHECK(disturbance(state, 4).empty());
  }
  SECTION("throttling, beside another reason") {
    state.throttled_ns = 49'000'000;
    CHECK(disturbance(state, 4).empty());
    state.throttled_ns = 250'000'000;
    state.steal_percent = 2;
    CHECK(disturbance(state, 4) == "steal 2.0%, throttled for 0.25 of 10.00 s");
  }
}

TEST_CASE("a watch tells others' time from the block's own, on the usable cores") {
  const Scratch scratch;
  const std::string root = scratch.path();
  write(root, "/proc/stat", cores_text(1000, 10, 2000));
  write(root, "/proc/loadavg", "1.25 0 0 1/2 3\n");
  const MachineWatch watch(root);
  CHECK(watch.cores() == 2);
  write(root, "/proc/stat", cores_text(1300, 30, 2080));  // 400 ticks in all
  BlockMachine state = watch.state(2.0);
  CHECK(*state.other_cpu_percent == Approx(25));
  CHECK(*state.steal_percent == Approx(5));
  CHECK(state.load_1min == 1.25);
  CHECK_FALSE(state.psi_cpu_some_percent);
  CHECK_FALSE(state.throttled_ns);
  CHECK(watch.state(3.0).other_cpu_percent == 0);
  CHECK(watch.state(9.0).other_cpu_percent == 0);  // ticks are coarser than the kernel's account

  write(root, "/proc/self/status", "Cpus_allowed_list:\t1,7\n");
  CHECK(MachineWatch(root).cores() == 1);
  CHECK_FALSE(watch.state(0).other_cpu_percent);  // a core has gone
  write(root, "/proc/stat", "cpu0 nonsense\n");
  CHECK(MachineWatch(root).cores() == 0);
}

TEST_CASE("a watch reads pressure, and throttling of both cgroup versions") {
  const Scratch scratch;
  const std::string root = scratch.path();
  std::string stat, key, unit;
  SECTION("version 1") {
    write(root, "/proc/self/cgroup", "4:cpu,cpuacct:/box\n0::/\n");
    stat = "/sys/fs/cgroup/cpu,cpuacct/box/cpu.stat";
    key = "throttled_time ", unit = "000";
  }
  SECTION("version 2, seen from inside a container") {
    write(root, "/proc/self/cgroup", "0::/not/mounted\n");
    stat = "/sys/fs/cgroup/cpu.stat";
    key = "throttled_usec ";
  }
  write(root, stat, "nr_throttled 5\n" + key + "1000" + unit + "\n");
  write(root, "/proc/pressure/cpu", "some avg10=0.00 avg60=0 avg300=0 total=5000000\n");
  const MachineWatch watch(root);
  write(root, stat, "nr_throttled 6\n" + key + "3500" + unit + "\n");
  write(root, "/proc/pressure/cpu", "some avg10=0.00 avg60=0 avg300=0 total=900000000\n");
  const BlockMachine state = watch.state(0);
  CHECK(state.throttled_ns == 2'500'000);
  CHECK(state.psi_cpu_some_percent == 100);  // no more than the wall time
  CHECK_FALSE(state.other_cpu_percent);
}

TEST_CASE("busy neighbours of this machine are seen") {
  const int cores = MachineWatch("").cores();
  REQUIRE(cores > 0);
  const Competitors competitors(cores, true);
  const MachineWatch watch("");
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  const BlockMachine state = watch.state(0);
  REQUIRE(state.other_cpu_percent);
  CHECK(*state.other_cpu_percent > 50);
  const std::string why = disturbance(state, cores);
  INFO(why);
  CHECK(why.starts_with("other programs used "));
}

TEST_CASE("a disturbed round is kept, marked and repeated at the end with every arm") {
  const Scratch scratch;
  RunPlan plan = time_plan(scratch, {pool_arm("a"), pool_arm("b")});
  plan.blocks = 10;
  plant_disturbance(plan.arms[0], scratch, "2 10");  // the second is the repetition of the first
  plant_disturbance(plan.arms[1], scratch, "6");
  const Recording recording = run(plan);
  CHECK(recording.status == RunStatus::complete);
  REQUIRE(recording.blocks.size() == 24);
  CHECK(disturbed_rounds(recording) == std::vector<int>{2, 6});
  CHECK(order_of(recording, false).size() == 20);
  for (size_t i = 20; i < 24; ++i) CHECK(recording.blocks[i].rerun_of == (i < 22 ? 2 : 6));
  int marked = 0;
  for (const Block& block : recording.blocks) {
    INFO(block.variant << " " << block.index << " " << block.disturbed);
    const bool planted =
        block.variant == "a" ? block.index == 2 || block.index == 10 : block.index == 6;
    CHECK(block.disturbed.empty() != planted);
    if (planted) CHECK(block.disturbed == "other programs used 1.0 of 2 cores");
    marked += planted ? 1 : 0;
  }
  CHECK(marked == 3);
  // Of round 2 the repetition was disturbed as well; round 6 is replaced, for both arms.
  const std::vector<int> compared = {0, 1, 2, 3, 4, 5, 7, 8, 9, 11};
  CHECK(indexes(comparable_blocks(recording, "a", Pass::time)) == compared);
  CHECK(indexes(comparable_blocks(recording, "b", Pass::time)) == compared);
  REQUIRE(recording.warnings.size() == 1);
  CHECK(recording.warnings[0] ==
        "time pass: 2 of 10 rounds disturbed, 2 repeated, 1 replaced by an undisturbed repetition "
        "(a, block 2: other programs used 1.0 of 2 cores; b, block 6: other programs used 1.0 of 2 "
        "cores)");
}

TEST_CASE("at most a fifth of the rounds is repeated; more disturbed ones are a warning") {
  const Scratch scratch;
  RunPlan plan = time_plan(scratch, {pool_arm("a"), pool_arm("b")});
  plan.blocks = 5;
  plan.twin = true;
  plant_disturbance(plan.arms[1], scratch, "0 1 4");
  const Recording recording = run(plan);
  CHECK(recording.blocks.size() == 18);  // 3 arms, 5 rounds and 1
  CHECK(indexes(comparable_blocks(recording, "a-twin", Pass::time)) ==
        std::vector<int>{1, 2, 3, 4, 5});
  REQUIRE(recording.warnings.size() == 2);
  CHECK(recording.warnings[1].starts_with("time pass: more than a fifth of the rounds"));
}

TEST_CASE("a repetition with a failed block does not replace its round") {
  Recording recording;
  const auto add = [&](const char* variant, int index, const char* disturbed, const char* failure,
                       std::optional<int> rerun_of) {
    Block& block = recording.blocks.emplace_back();
    block.pass = Pass::time, block.variant = variant, block.index = index;
    block.disturbed = disturbed, block.failure = failure, block.rerun_of = rerun_of;
  };
  add("a", 0, "steal 3%", "", {});
  add("b", 0, "", "", {});
  add("a", 1, "", "", 0);
  CHECK(indexes(comparable_blocks(recording, "a", Pass::time)) ==
        std::vector<int>{0});  // cut short
  add("b", 1, "", "signal 11", 0);
  CHECK(indexes(comparable_blocks(recording, "a", Pass::time)) == std::vector<int>{0});
  CHECK(indexes(comparable_blocks(recording, "b", Pass::time)) == std::vector<int>{0});
  recording.blocks.back().failure.clear();
  CHECK(indexes(comparable_blocks(recording, "a", Pass::time)) == std::vector<int>{1});
  CHECK(indexes(comparable_blocks(recording, "b", Pass::time)) == std::vector<int>{1});
  recording.blocks[0].pass = Pass::cpu;
  CHECK(indexes(comparable_blocks(recording, "a", Pass::cpu)) == std::vector<int>{0});
}

TEST_CASE("peaks stand in the recording, and what is to know of them in its warnings") {
  const Scratch scratch;
  unsetenv("MALLOC_PERTURB_");  // meson test sets it, which would be told
  RunPlan plan = time_plan(scratch, {pool_arm("a")});
  plan.blocks = 1;
  plan.roofline = [] {
    return MeasuredRoofline{{2, {{"avx2", 1, 2}}, 3, 4, "planted"}, "too low"};
  };
  const Recording recording = run(plan);
  CHECK(recording.roofline.value().method == "planted");
  CHECK(recording.warnings == std::vector<std::string>{"too low"});
  plan.roofline = []() -> MeasuredRoofline { throw std::runtime_error("no threads"); };
  CHECK(run(plan).warnings ==
        std::vector<std::string>{"the machine's peaks were not measured: no threads"});
}
