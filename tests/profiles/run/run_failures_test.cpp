#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/usable_cores.h"
#include "profiles/agent/agent_file.h"
#include "profiles/process/child_result.h"
#include "profiles/recording/failure.h"
#include "profiles/run/run.h"
#include "tests/catch.h"
#include "tests/profiles/processes.h"
#include "tests/profiles/run/run_plans.h"
#include "tests/scratch.h"
#include "tests/text.h"

using namespace winnow::profiles;
using winnow::base::Error;
using winnow::base::read_file;
using winnow::base::UsageError;

namespace fs = std::filesystem;

TEST_CASE("a child that fails leaves its status, and the run goes on") {
  struct Row {
    const char* mode;
    const char* status;
  };
  const Row rows[] = {
      {"crash", "signal 11 (Segmentation fault)"},
      {"exit3", "exit status 3"},
      {"silent", "no result: nothing was written to $WINNOW_RESULT"},
      {"bad-json", "bad result: line 1: not JSON"},
      {"bad-type", "bad result: iteration_wall_ns: expected an integer"},
      {"one-less", "bad result: iterations: 2 instead of 3"},
      {"other-variant", "bad result: ran variant spawn instead of other-variant"},
      {"more-threads", "bad result: ran 3 threads instead of 2"},
      {"more-than-asked", "bad result: ran 3 threads instead of 2"},
      {"asked-wrongly", "bad result: ran 4 threads instead of 2"},
      {"fewer-texts", "bad result: ran 4 texts instead of 5"},
  };
  for (const Row& row : rows) {
    INFO(row.mode);
    const Scratch scratch;
    const Recording recording = run(plan_of(scratch, {arm("pool"), arm(row.mode)}, {Pass::time}));
    CHECK(recording.status == RunStatus::incomplete);
    int ok = 0, failed = 0;
    for (const Block& block : recording.blocks) {
      (block.variant == "pool" ? ok : failed)++;
      CHECK(block.failure == (block.variant == "pool" ? "" : row.status));
    }
    CHECK(ok == 2);
    CHECK(failed == 2);
    REQUIRE(recording.missing.size() == 1);
    CHECK(recording.missing[0].variant == row.mode);
    CHECK(has(recording.missing[0].reason, row.status));
    CHECK(read_recording(scratch / "out").status == RunStatus::incomplete);
  }
}

namespace {

// A result with something more in it.
std::string result_with(const std::string& more) {
  return R"({"schema": "winnow-result/1", "iteration_wall_ns": [5, 6, 7], "region": {"wall_ns": 20})" +
         more + "}";
}

}  // namespace

TEST_CASE("what one child writes costs its block at most, whatever it is") {
  const std::pair<std::string, const char*> rows[] = {
      {"", "not JSON"},
      {"null", "expected an object"},
      {"[" + std::string(100, '[') + std::string(101, ']'), "nested too deeply"},
      {result_with(R"(, "dispatch": {"tiles": null})"), "dispatch.tiles: expected an object"},
      {result_with(R"(, "dispatch": {"a\u0000b": {"p50_ns": 1}})"), "per_iteration: missing"},
      {result_with(R"(, "dispatch": [1])"), "dispatch: expected an object"},
      {result_with(R"(, "work": {"a\u0000b": -1})"), "negative"},
      {result_with(R"(, "work": {"tokens": 1e400})"), "out of range"},
      {result_with(R"(, "kernel_macs": {"": null})"), "expected an integer"},
      {result_with(R"(, "thread_terms": [null])"), "thread_terms[]: expected an object"},
      {result_with(", \"isa\": \"\xff\""), "not JSON"},
      {result_with(R"(, "isa": ")" + std::string(5 << 20, 'x') + R"(")"), "larger than 4000000"},
  };
  for (const auto& [text, problem] : rows) {
    INFO(text.substr(0, 200));
    const Scratch scratch;
    // An argument of a program ends at 128 kB.
    const bool long_text = text.size() > 100'000;
    if (long_text) winnow::base::write_file(scratch / "text", text);
    RunPlan plan = plan_of(scratch, {arm("pool"), arm("second-says:" + text, "bad")}, {Pass::time});
    if (long_text)
      plan.arms[1].command = {"sh",
                              "-c",
                              "case $WINNOW_OUT in *-1) cp " + (scratch / "text") +
                                  " $WINNOW_RESULT;; *) exec \"$@\";; esac",
                              "sh",
                              WORKLOAD_PROGRAM,
                              "pool",
                              "{iterations}"};
    plan.blocks = 3;
    CHECK(run(plan).status == RunStatus::incomplete);
    const Recording recording = read_recording(plan.out_dir);
    REQUIRE(recording.blocks.size() == 6);
    for (const Block& block : recording.blocks) {
      const bool bad = block.variant == "bad" && block.index == 1;
      CHECK(block.ok() == !bad);
      if (!bad) continue;
      CHECK(has(block.failure, "bad result: "));
      CHECK(has(block.failure, problem));
    }
    CHECK(recording.missing.empty());
  }
}

TEST_CASE("keys and texts that no program of ours would write are read back as they were") {
  const Scratch scratch;
  const std::string text = result_with(
      R"(, "work": {"a\u0000b": 5, "": 6, "\u001b[2J": 7}, "dispatch": {"x\u0000": {"per_iteration":
         1, "p50_ns": 2, "p99_ns": 3}})");
  run(plan_of(scratch, {arm("pool"), arm("says:" + text, "odd")}, {Pass::time}));
  const Recording recording = read_recording(scratch / "out");
  CHECK(recording.status == RunStatus::complete);
  for (const Block& block : recording.blocks) {
    if (block.variant != "odd") continue;
    CHECK(block.work ==
          std::map<std::string, int64_t>{{std::string("a\0b", 3), 5}, {"", 6}, {"\x1b[2J", 7}});
    CHECK(block.dispatch->at(std::string("x\0", 2)).p99_ns == 3);
  }
}

TEST_CASE("a profile that cannot be read costs its block, and the others count") {
  const std::pair<const char*, std::function<void(const std::string&)>> damages[] = {
      {"cut short",
       [](const std::string& file) { fs::resize_file(file, fs::file_size(file) - 1); }},
      {"not a file of the agent",
       [](const std::string& file) {
         winnow::base::write_file(file, std::string(fs::file_size(file), '\x11'));
       }},
      {"No such file or directory", [](const std::string& file) { fs::remove(file); }},
      {"a count beyond 2^63 - 1",
       [](const std::string& file) {
         std::string bytes = read_file(file);
         auto* slot =
             reinterpret_cast<winnow::agent::Slot*>(bytes.data() + winnow::agent::kSlotsOffset);
         slot->live.ops[winnow::agent::kThreadCreate].count = uint64_t{1} << 63;
         winnow::base::write_file(file, bytes);
       }},
  };
  for (const auto& row : damages) {
    INFO(row.first);
    const Scratch scratch;
    RunPlan plan = plan_of(scratch, {arm("pool")}, {Pass::sync});
    plan.progress = [&](const Progress& progress) {
      if (progress.text != "sync pass, block 3, pool") return;
      row.second(plan.out_dir + ".partial/raw/sync/pool-1/agent.bin");
    };
    CHECK(run(plan).status == RunStatus::incomplete);
    const Recording recording = read_recording(plan.out_dir);
    CHECK(recording.missing.empty());
    REQUIRE(recording.blocks.size() == 7);
    for (const Block& block : recording.blocks) CHECK(block.ok() == (block.index != 1));
    CHECK(has(recording.blocks[1].failure, "bad agent.bin: "));
    CHECK(has(recording.blocks[1].failure, row.first));
    REQUIRE(recording.profiles.at("pool").sync);
    CHECK(recording.profiles.at("pool").sync->iterations == 6);
    REQUIRE(recording.warnings.size() == 1);
    CHECK(has(recording.warnings[0], "pool, sync pass: 1 of 7 blocks failed: bad agent.bin: "));
  }
}

TEST_CASE("a child that can use fewer threads than the plan asks for says so, and is measured") {
  const Scratch scratch;
  const Recording recording = run(plan_of(scratch, {arm("pool"), arm("one-thread")}, {Pass::time}));
  CHECK(recording.status == RunStatus::complete);
  for (const Block& block : recording.blocks) CHECK(block.ok());
}

TEST_CASE("threads that did not run and cores that no thread may use are told, once") {
  const Scratch scratch;
  const Recording recording =
      run(plan_of(scratch, {arm("pool"), arm("one-thread"), arm("one-of-two"), arm("two-on-one")},
                  {Pass::time}));
  CHECK(recording.status == RunStatus::complete);
  std::vector<std::string> told;
  for (const std::string& warning : recording.warnings)
    if (has(warning, " ran")) told.push_back(warning);
  REQUIRE(!told.empty());
  std::ranges::sort(told);
  CHECK(told[0].starts_with("one-of-two: 1 of the 2 threads asked for ran"));
  // On a machine with one core that is no news.
  const size_t cores = winnow::base::cores_of_process().size();
  REQUIRE(told.size() == (cores > 1 ? 2 : 1));
  if (cores > 1)
    CHECK(told[1].starts_with("two-on-one: its 2 threads ran on 1 of " + std::to_string(cores) +
                              " cores"));
}

TEST_CASE("the tail of what a failing child said is kept; after two failures it is given up") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool"), arm("crash")}, {Pass::time});
  plan.blocks = 5;
  plan.iterations_per_block = 1;
  const Recording recording = run(plan);
  const auto crashed = std::count_if(recording.blocks.begin(), recording.blocks.end(),
                                     [](const Block& block) { return block.variant == "crash"; });
  CHECK(crashed == 2);
  CHECK(recording.blocks.size() == 7);
  for (const Block& block : recording.blocks) {
    if (block.variant == "crash") CHECK(block.stderr_tail == "first line\nabout to crash");
  }
  const std::string why = "signal 11 (Segmentation fault): about to crash";
  REQUIRE(recording.missing.size() == 1);
  CHECK(recording.missing[0].reason == "2 of 2 blocks failed: " + why);
  CHECK(failures_in_short(recording) ==
        "2 of 7 processes did not end well; the first: crash, time block 0: " + why);
}

TEST_CASE("a child that hangs meets the time limit") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool"), arm("hang")}, {Pass::time});
  plan.blocks = 1;
  plan.time_limit_s = 1;
  plan.arms[0].command = {"true"};
  const Recording recording = run(plan);
  CHECK(blocks_of(recording, Pass::time).size() == 2);
  for (const Block& block : recording.blocks) {
    if (block.variant == "hang") CHECK(block.failure == "time limit of 1 s");
  }
}

TEST_CASE("an interrupted run keeps what it measured and leaves nothing running") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool"), arm("hang")}, {Pass::time, Pass::sync});
  std::atomic<bool> stop{false};
  plan.stop = &stop;
  plan.seed = 1;
  int hangs = 0;
  std::thread interrupter;
  plan.progress = [&](const Progress& progress) {
    if (progress.text != "time pass, block 1, hang" || hangs++ > 0) return;
    interrupter = std::thread([&] {
      const std::string pid_file = plan.out_dir + ".partial/raw/time/hang-0/pid.txt";
      while (!fs::exists(pid_file) || fs::is_empty(pid_file))
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      stop = true;
    });
  };
  const Recording recording = run(plan);
  interrupter.join();
  CHECK(recording.status == RunStatus::interrupted);
  const Block& last = recording.blocks.back();
  CHECK(last.variant == "hang");
  CHECK(last.failure == "interrupted");
  CHECK_FALSE(fs::exists(plan.out_dir + ".partial"));
  CHECK(read_recording(plan.out_dir).status == RunStatus::interrupted);
  std::string environment_file;
  for (const std::string& file : last.raw_files) {
    if (file.ends_with("pid.txt")) environment_file = plan.out_dir + "/" + file;
  }
  REQUIRE_FALSE(environment_file.empty());
  CHECK(left_in_group(std::stoi(read_file(environment_file))) == 0);
}

TEST_CASE("a folder with other things is refused and left alone") {
  const Scratch scratch;
  const RunPlan plan = plan_of(scratch, {arm("pool")}, {Pass::time});
  SECTION("not a recording") {
    fs::create_directory(plan.out_dir);
    winnow::base::write_file(plan.out_dir + "/thesis.txt", "years");
    CHECK_THROWS_AS(run(plan), UsageError);
    CHECK(read_file(plan.out_dir + "/thesis.txt") == "years");
  }
  SECTION("a file") {
    winnow::base::write_file(plan.out_dir, "years");
    CHECK_THROWS_AS(run(plan), UsageError);
    CHECK(read_file(plan.out_dir) == "years");
  }
  SECTION("in the way of the temporary folder") {
    fs::create_directory(plan.out_dir + ".partial");
    winnow::base::write_file(plan.out_dir + ".partial/thesis.txt", "years");
    CHECK_THROWS_AS(run(plan), UsageError);
    CHECK(read_file(plan.out_dir + ".partial/thesis.txt") == "years");
  }
}

TEST_CASE("a recording gives its place to the next one, unless that measured nothing") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool", "first")}, {Pass::time});
  run(plan);
  winnow::base::write_file(plan.out_dir + "/notes.txt", "mine");
  plan.arms = {arm("pool", "second")};
  plan.baseline = "second";
  run(plan);
  CHECK(read_recording(plan.out_dir).baseline == "second");
  CHECK(fs::exists(plan.out_dir + "/raw/time/second-0/result.json"));
  CHECK_FALSE(fs::exists(plan.out_dir + "/raw/time/first-0"));
  CHECK(read_recording(plan.out_dir + ".previous").baseline == "first");
  CHECK(read_file(plan.out_dir + ".previous/notes.txt") == "mine");

  plan.arms = {arm("exit3", "third")};
  plan.baseline = "third";
  CHECK(run(plan).status == RunStatus::incomplete);
  CHECK(read_recording(plan.out_dir).baseline == "second");
  CHECK_FALSE(fs::exists(plan.out_dir + ".partial"));
}

TEST_CASE("a complete recording is kept beside one that is not") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool", "first")}, {Pass::time});
  std::vector<std::string> told;
  plan.tell = [&](const std::string& sentence) { told.push_back(sentence); };
  run(plan);
  winnow::base::write_file(plan.out_dir + "/notes.txt", "mine");

  std::atomic<bool> stop{false};
  plan.stop = &stop;
  plan.progress = [&](const Progress& progress) {
    if (progress.text == "time pass, block 2, first") stop = true;
  };
  CHECK(run(plan).status == RunStatus::interrupted);
  const std::string previous = plan.out_dir + ".previous";
  const std::string kept = ": the earlier recording is kept here";
  CHECK(told == std::vector<std::string>{previous + kept});
  CHECK(read_recording(plan.out_dir).status == RunStatus::interrupted);
  CHECK(read_recording(previous).status == RunStatus::complete);
  CHECK(fs::exists(previous + "/raw/time/first-1/result.json"));
  CHECK(read_file(previous + "/notes.txt") == "mine");

  stop = false;
  CHECK(run(plan).status == RunStatus::interrupted);  // goes on, and needs nothing kept
  CHECK(told.size() == 2);
  CHECK(has(told.back(), "out.partial: this run was ended and gone on with at "));
  stop = false;
  plan.progress = nullptr;
  CHECK(run(plan).status == RunStatus::complete);
  plan.arms.push_back(arm("exit3"));
  CHECK(run(plan).status == RunStatus::incomplete);
  CHECK(told.back() == previous + kept);
  CHECK(read_recording(previous).status == RunStatus::complete);
  CHECK(read_recording(previous + "-2").status == RunStatus::complete);
}

TEST_CASE("a block that the machine has no room for fails alone") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool")}, {Pass::time});
  plan.blocks = 3;
  plan.progress = [&](const Progress& progress) {
    if (progress.text != "time pass, block 2, pool") return;
    winnow::base::write_file(plan.out_dir + ".partial/raw/time/pool-1", "in the way");
  };
  run(plan);
  const Recording recording = read_recording(plan.out_dir);
  REQUIRE(recording.blocks.size() == 3);
  CHECK(recording.status == RunStatus::incomplete);
  CHECK(recording.blocks[0].ok());
  CHECK(has(recording.blocks[1].failure, "not measured: "));
  CHECK(recording.blocks[1].index == 1);
  CHECK(recording.blocks[2].ok());
}

TEST_CASE("a run that cannot be completed leaves what it measured and says where") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool")}, {Pass::time});
  const std::string partial = plan.out_dir + ".partial";
  plan.progress = [](const Progress& progress) {
    if (progress.text == "reading the profiles") throw Error("disk", "on fire");
  };
  CHECK_THROWS_WITH(run(plan), partial +
                                   ": not a whole recording; what was measured lies here, and "
                                   "the same command goes on with it: disk: on fire");
  CHECK(fs::exists(partial + "/raw/time/pool-1/result.json"));
  CHECK_FALSE(fs::exists(plan.out_dir));
  CHECK(read_recording(partial).blocks.size() == 2);
}

TEST_CASE("a recording that no reader accepts is told and kept") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool")}, {Pass::time});
  plan.workload.items_per_iteration = -1;
  CHECK_THROWS_AS(run(plan), Error);
  CHECK(fs::exists(plan.out_dir + "/recording.json"));
  CHECK(fs::exists(plan.out_dir + "/raw/time/pool-1/result.json"));
}

TEST_CASE("a plan that cannot be run is refused before anything is written") {
  const Scratch scratch;
  const RunPlan good = plan_of(scratch, {arm("pool")}, {Pass::time});
  auto broken = [&](auto breaking) {
    RunPlan plan = good;
    breaking(plan);
    return plan;
  };
  const RunPlan plans[] = {
      broken([](RunPlan& plan) { plan.arms.clear(); }),
      broken([](RunPlan& plan) { plan.arms.push_back(plan.arms[0]); }),
      broken([](RunPlan& plan) { plan.arms[0].variant.name = plan.baseline = "../up"; }),
      broken([](RunPlan& plan) { plan.arms[0].command.clear(); }),
      broken([](RunPlan& plan) { plan.baseline = "other"; }),
      broken([](RunPlan& plan) { plan.passes.clear(); }),
      broken([](RunPlan& plan) { plan.passes = {Pass::exact}; }),
      broken([](RunPlan& plan) { plan.blocks = 0; }),
      broken([](RunPlan& plan) { plan.iterations_per_block = 0; }),
      broken([](RunPlan& plan) { plan.time_limit_s = 0; }),
  };
  for (const RunPlan& plan : plans) CHECK_THROWS_AS(run(plan), UsageError);
  CHECK_THROWS_AS(run(broken([](RunPlan& plan) {
                    plan.passes = {Pass::sync};
                    plan.agent_library = "/nowhere/libwinnow-agent.so";
                  })),
                  Error);
  CHECK(fs::is_empty(scratch.path()));
}

namespace {

Arm script_arm(const std::string& script) {
  Arm made = arm("script");
  made.command = {"sh", "-c", script};
  return made;
}

Block only_block(const Scratch& scratch, const std::string& script) {
  RunPlan plan = plan_of(scratch, {script_arm(script)}, {Pass::time});
  plan.blocks = 1;
  const Recording recording = run(plan);
  REQUIRE(recording.blocks.size() == 1);
  return recording.blocks.front();
}

const std::string kGoodResult =
    "echo '{\"schema\": \"winnow-result/1\", \"iteration_wall_ns\": [5], \"region\": "
    "{\"wall_ns\": 5}}' > $WINNOW_RESULT\n";

}  // namespace

TEST_CASE("what is no file in the place of a result is told at once") {
  struct Row {
    const char* script;
    const char* problem;
  };
  const Row rows[] = {
      {"mkfifo $WINNOW_RESULT", "bad result: not a regular file: a pipe"},
      {"mkdir $WINNOW_RESULT", "bad result: not a regular file: a folder"},
      {"ln -s /dev/zero $WINNOW_RESULT", "bad result: a symbolic link leads out of the folder"},
      {"ln -s /etc/hostname $WINNOW_RESULT", "bad result: a symbolic link leads out of the folder"},
      {"ln -s nowhere $WINNOW_RESULT", "no result: nothing was written to $WINNOW_RESULT"},
      // Its own output, which is read where it fails, and files that only the agent writes.
      {"rm $WINNOW_OUT/output.txt; mkfifo $WINNOW_OUT/output.txt; exit 3", "exit status 3"},
      {"mkfifo $WINNOW_OUT/agent.bin $WINNOW_OUT/events.bin; exit 3", "exit status 3"},
  };
  for (const Row& row : rows) {
    INFO(row.script);
    const Scratch scratch;
    const Block block = only_block(scratch, row.script);
    CHECK(block.failure == row.problem);
    // What is no file is none of the recording.
    for (const std::string& file : block.raw_files) CHECK(has(file, "output.txt"));
  }
}

TEST_CASE("a result that is larger than a result may be is refused, and not kept") {
  const Scratch scratch;
  const Block block =
      only_block(scratch, "head -c 60000000 /dev/zero | tr '\\0' '[' > $WINNOW_RESULT");
  CHECK(block.failure == fmt::format("bad result: larger than {} bytes", kMostResultBytes));
  CHECK_FALSE(fs::exists(scratch / "out/raw/time/script-0/result.json"));
  const Scratch nested;
  CHECK(only_block(nested, "head -c 3000000 /dev/zero | tr '\\0' '[' > $WINNOW_RESULT").failure ==
        "bad result: nested too deeply");
}

TEST_CASE("of many messages a recording keeps the end, and the disk holds few while they come") {
  const Scratch scratch;
  // It goes on only when its file takes no more of the disk than a file of messages may.
  const Block block = only_block(
      scratch,
      kGoodResult +
          "head -c 150000000 /dev/zero\n"
          "while [ $(stat -c %b $WINNOW_OUT/output.txt) -gt 140000 ]; do sleep 0.05; done\n"
          "echo; echo last words");
  CHECK(block.failure == "");
  const std::string said = read_file(scratch / "out/raw/time/script-0/output.txt");
  CHECK(said.size() < 1'100'000);
  CHECK(said.starts_with("[14"));
  CHECK(has(said.substr(0, 100), " bytes before these are not kept]\n"));
  CHECK(said.ends_with("\nlast words\n"));
}

TEST_CASE("a daemon of a measured program ends with it, and is named") {
  const Scratch scratch;
  RunPlan plan =
      plan_of(scratch,
              {script_arm(kGoodResult + "setsid sh -c 'echo $$ > " + (scratch / "daemon") +
                          "; exec sleep 1000' >/dev/null 2>&1 &\n"
                          "while [ ! -s " +
                          (scratch / "daemon") + " ]; do sleep 0.02; done")},
              {Pass::time});
  plan.blocks = 1;
  const Recording recording = run(plan);
  CHECK(recording.blocks.front().ok());
  const int daemon = std::stoi(read_file(scratch / "daemon"));
  CHECK(left_in_group(daemon) == 0);
  const auto named = [&](const std::string& warning) {
    return has(warning, "(" + std::to_string(daemon) + ")");
  };
  CHECK(std::ranges::count_if(recording.warnings, named) == 1);
}
