#include "profiles/run.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "profiles/stacks.h"
#include "tests/catch.h"
#include "tests/profiles/processes.h"
#include "tests/profiles/scratch.h"

using namespace winnow::profiles;
using winnow::base::Error;
using winnow::base::read_file;
using winnow::base::UsageError;

namespace fs = std::filesystem;

namespace {

Arm arm(const std::string& mode, const std::string& name = "") {
  Arm made;
  made.variant.name = name.empty() ? mode : name;
  made.variant.persistent_threads = mode == "pool";
  made.command = {WORKLOAD_PROGRAM, mode, "{iterations}"};
  return made;
}

RunPlan plan_of(const Scratch& scratch, std::vector<Arm> arms, std::vector<std::string> passes) {
  RunPlan plan;
  plan.baseline = arms.at(0).variant.name;
  plan.arms = std::move(arms);
  plan.passes = std::move(passes);
  plan.workload.scenario = "test";
  plan.workload.threads = 2;
  plan.workload.texts_per_iteration = 5;
  plan.blocks = 2;
  plan.iterations_per_block = 3;
  plan.time_limit_s = 60;
  plan.out_dir = scratch / "out";
  plan.agent_library = AGENT_LIBRARY;
  plan.machine_root = scratch / "no-machine";  // neighbours of the test do not count
  return plan;
}

std::vector<const Block*> blocks_of(const Recording& recording, const std::string& pass) {
  std::vector<const Block*> blocks;
  for (const Block& block : recording.blocks) {
    if (block.pass == pass) blocks.push_back(&block);
  }
  return blocks;
}

std::string order_of(const Recording& recording, const std::string& pass = "time") {
  std::string order;
  for (const Block* block : blocks_of(recording, pass)) order += block->variant;
  return order;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// One run of all passes, for several test cases to look at.
struct FullRun {
  Scratch scratch;
  RunPlan plan;
  std::vector<Progress> progress;
  Recording recording;

  FullRun()
      : plan(plan_of(scratch, {arm("spawn"), arm("pool")},
                     {"sync", "heap", "wall", "cpu", "time"})) {
    plan.progress = [this](const Progress& now) { progress.push_back(now); };
    recording = run(plan);
  }
};

const FullRun& full_run() {
  static const FullRun once;
  return once;
}

}  // namespace

TEST_CASE("a full run: every block succeeded, passes in their order, blocks numbered") {
  const Recording& recording = full_run().recording;
  CHECK(recording.status == "complete");
  CHECK(recording.warnings.empty());
  std::vector<std::string> passes;
  for (const Block& block : recording.blocks) {
    INFO(block.pass << " " << block.variant << " " << block.stderr_tail);
    CHECK(block.status == "ok");
    CHECK(block.order == &block - recording.blocks.data());
    const int iterations = block.pass == "heap" || block.pass == "exact" ? 2 : 3;
    CHECK(block.iteration_wall_ns.size() == static_cast<size_t>(iterations));
    CHECK(block.region->wall_ns > 0);
    CHECK(block.work.at("tokens") == 7 * iterations);
    CHECK(block.checksum == "abc");
    if (passes.empty() || passes.back() != block.pass) passes.push_back(block.pass);
  }
  CHECK(passes == std::vector<std::string>{"time", "cpu", "wall", "heap", "exact", "sync"});
  CHECK(blocks_of(recording, "time").size() == 4);
  CHECK(recording.workload.tokens_per_iteration == 7);
  CHECK(recording.variants[0].thread_formula->matmuls_per_text == 20);
}

TEST_CASE("a full run: what cannot be measured is told") {
  const Recording& recording = full_run().recording;
  REQUIRE(recording.missing.size() == 1);
  CHECK(recording.missing[0].variant == "spawn");
  CHECK(recording.missing[0].pass == "wall");
  CHECK_FALSE(recording.profiles.at("spawn").wall);
  CHECK(recording.profiles.at("pool").wall);
}

TEST_CASE("a full run: the profiles tell what the program did") {
  const Recording& recording = full_run().recording;
  const SyncProfile& spawned = *recording.profiles.at("spawn").sync;
  CHECK(spawned.iterations == 3);
  CHECK(spawned.thread_create->count == 3 * 20 * 2);
  CHECK(spawned.thread_join->count == 3 * 20 * 2);
  const SyncProfile& pooled = *recording.profiles.at("pool").sync;
  CHECK(pooled.thread_create->count == 0);
  CHECK(pooled.condition_broadcast->count == 3 * 20);
  CHECK(pooled.threads.size() == 3);

  const SampledProfile& cpu = *recording.profiles.at("pool").cpu;
  CHECK(*cpu.samples > 0);
  REQUIRE(cpu.total_s);
  CHECK(*cpu.total_s > 0);
  CHECK(cpu.iterations == 3 * static_cast<int>(blocks_of(recording, "cpu").size()) / 2);
  const auto& hottest = cpu.functions.at(0);
  CHECK(contains(hottest.name, "burn_cpu"));
}

TEST_CASE("a full run: call stacks lie beside the recording and add up to its profiles") {
  const Recording& recording = full_run().recording;
  const std::string& out = full_run().plan.out_dir;
  for (const char* name : {"spawn", "pool"}) {
    INFO(name);
    const VariantProfiles& profiles = recording.profiles.at(name);
    const auto cpu = read_stacks(out, name, "cpu"), heap = read_stacks(out, name, "allocation");
    REQUIRE(cpu);
    REQUIRE(heap);
    int64_t samples = 0, bytes = 0;
    for (const Stack& stack : cpu->stacks) samples += stack.samples;
    for (const Stack& stack : heap->stacks) bytes += stack.bytes;
    CHECK(samples == profiles.cpu->samples);
    CHECK(cpu->iterations == profiles.cpu->iterations);
    const auto burning = std::ranges::find_if(
        cpu->frames, [](const Frame& frame) { return contains(frame.function, "burn_cpu"); });
    REQUIRE(burning != cpu->frames.end());
    CHECK(burning->file.ends_with("programs/workload.cpp"));
    CHECK(burning->line > 0);
    CHECK(static_cast<double>(bytes) == profiles.heap->region_bytes);
  }
  CHECK(read_stacks(out, "pool", "wall"));
  CHECK_FALSE(read_stacks(out, "spawn", "wall"));
}

TEST_CASE("a full run: the heap profile agrees with the exact count of as many iterations") {
  const Recording& recording = full_run().recording;
  for (const char* name : {"spawn", "pool"}) {
    INFO(name);
    const HeapProfile& heap = *recording.profiles.at(name).heap;
    CHECK(heap.iterations == 2);
    CHECK(*heap.region_objects >= 2 * 20 * 2);  // one in each task of each thread
    CHECK(heap.region_objects == heap.exact_objects);
    CHECK(heap.region_bytes == Approx(static_cast<double>(*heap.exact_bytes)));
  }
}

TEST_CASE("a full run: raw files stay, one folder a block, at most one profiler a process") {
  const Recording& recording = full_run().recording;
  const std::string& out = full_run().plan.out_dir;
  std::set<std::string> folders;
  for (const Block& block : recording.blocks) {
    REQUIRE_FALSE(block.raw_files.empty());
    for (const std::string& file : block.raw_files) CHECK(fs::exists(out + "/" + file));
    const std::string folder = fs::path(block.raw_files[0]).parent_path().string();
    CHECK(folders.insert(folder).second);
    const std::string environment = read_file(out + "/" + folder + "/environment.txt");
    const std::string maps = read_file(out + "/" + folder + "/maps.txt");
    const bool sampled = block.pass == "cpu" || block.pass == "wall";
    INFO(block.pass);
    CHECK(contains(maps, "libprofiler") == sampled);
    CHECK(contains(maps, "libtcmalloc") == (block.pass == "heap"));
    CHECK(contains(maps, "libwinnow-agent.so") == (block.pass != "time"));
    CHECK(contains(maps, "libwinnow-agent-malloc.so") ==
          (block.pass == "exact" || block.pass == "sync"));
    CHECK(contains(environment, "CPUPROFILE_PER_THREAD_TIMERS=1") == (block.pass == "wall"));
    CHECK(contains(environment, "TCMALLOC_STACKTRACE_METHOD=libgcc") ==
          (sampled || block.pass == "heap"));
    CHECK(contains(environment, "WINNOW_PADDING="));
  }
}

TEST_CASE("a full run: the folder holds the recording and nothing half-written") {
  const Recording& recording = full_run().recording;
  const std::string& out = full_run().plan.out_dir;
  const std::vector<Progress>& progress = full_run().progress;
  CHECK(read_recording(out).blocks.size() == recording.blocks.size());
  CHECK_FALSE(fs::exists(out + ".partial"));
  CHECK(std::distance(fs::directory_iterator(out), fs::directory_iterator()) == 4);
  REQUIRE_FALSE(progress.empty());
  CHECK(progress.front().done == 0);
  CHECK(progress.back().done == static_cast<int>(recording.blocks.size()));
  CHECK(progress.back().total == progress.back().done);
}

TEST_CASE("two arms come in pairs of opposite order, by a coin that the seed decides") {
  std::set<std::string> orders;
  for (uint64_t seed = 0; seed < 6; ++seed) {
    const Scratch scratch;
    RunPlan plan = plan_of(scratch, {arm("silent", "A"), arm("silent", "B")}, {"time"});
    plan.blocks = 2;
    plan.seed = seed;
    const std::string order = order_of(run(plan));
    CHECK((order == "ABBA" || order == "BAAB"));
    CHECK(order_of(run(plan)) == order);
    orders.insert(order);
  }
  CHECK(orders.size() == 2);
}

TEST_CASE("three arms: in three rounds each stands once in every position") {
  const Scratch scratch;
  RunPlan plan =
      plan_of(scratch, {arm("spawn", "A"), arm("spawn", "B"), arm("spawn", "C")}, {"time"});
  plan.blocks = 3;
  plan.iterations_per_block = 1;
  const std::string order = order_of(run(plan));
  REQUIRE(order.size() == 9);
  for (size_t i = 0; i < 3; ++i) {
    const std::string row = order.substr(3 * i, 3);
    CHECK(std::set<char>(row.begin(), row.end()).size() == 3);
    CHECK(std::set<char>{order[i], order[3 + i], order[6 + i]}.size() == 3);
  }
}

TEST_CASE("the time pass ends when what it measured is enough") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("silent", "A"), arm("silent", "B")}, {"time"});
  plan.blocks = 10;
  plan.iterations_per_block = 1;
  for (Arm& arm : plan.arms) arm.command[1] = "pool";
  std::vector<size_t> asked;
  plan.enough = [&](const Recording& recording) {
    asked.push_back(recording.blocks.size());
    return recording.blocks.size() >= 6;
  };
  CHECK(run(plan).blocks.size() == 6);
  CHECK(asked == std::vector<size_t>{2, 4, 6});
}

TEST_CASE("a program with its own allocator has no heap profile, rather than an empty one") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool", "usual"), arm("pool", "own")}, {"heap"});
  plan.arms[1].command[0] = OWN_ALLOCATOR_PROGRAM;
  const Recording recording = run(plan);
  for (const Block& block : recording.blocks) CHECK(block.status == "ok");
  CHECK(recording.profiles.at("usual").heap);
  CHECK_FALSE(recording.profiles.at("own").heap);
  REQUIRE(recording.missing.size() == 1);
  CHECK(recording.missing[0].variant == "own");
  CHECK(recording.missing[0].pass == "heap");
  CHECK(recording.missing[0].reason == "its allocations do not go through the C library's malloc");
}

TEST_CASE("a sampled pass runs every second round in the opposite order") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool", "A"), arm("pool", "B")}, {"cpu"});
  plan.iterations_per_block = 1;
  const std::string order = order_of(run(plan), "cpu");
  REQUIRE(order.size() >= 4);
  CHECK(order.substr(0, 4) == "ABBA");
}

TEST_CASE("CPU times at the limit of their type are added without overflow") {
  const Scratch scratch;
  const Recording recording = run(plan_of(scratch, {arm("huge-times")}, {"cpu"}));
  REQUIRE(recording.profiles.at("huge-times").cpu);
  CHECK(*recording.profiles.at("huge-times").cpu->total_s > 1e10);
}

TEST_CASE("a child that fails leaves its status, and the run goes on") {
  struct Row {
    const char* mode;
    const char* status;
  };
  const Row rows[] = {
      {"crash", "signal 11 (Segmentation fault)"},
      {"exit3", "exit status 3"},
      {"silent", "no result: nothing was written to $WINNOW_RESULT"},
      {"bad-json", "bad result: not JSON"},
      {"bad-type", "bad result: iteration_wall_ns: expected an integer"},
      {"one-less", "bad result: 2 iterations instead of 3"},
      {"other-variant", "bad result: ran variant spawn instead of other-variant"},
      {"more-threads", "bad result: ran 3 threads instead of 2"},
      {"more-than-asked", "bad result: ran 3 threads instead of 2"},
      {"asked-wrongly", "bad result: ran 4 threads instead of 2"},
      {"fewer-texts", "bad result: ran 4 texts instead of 5"},
  };
  for (const Row& row : rows) {
    INFO(row.mode);
    const Scratch scratch;
    const Recording recording = run(plan_of(scratch, {arm("pool"), arm(row.mode)}, {"time"}));
    CHECK(recording.status == "incomplete");
    int ok = 0, failed = 0;
    for (const Block& block : recording.blocks) {
      (block.variant == "pool" ? ok : failed)++;
      CHECK(block.status == (block.variant == "pool" ? "ok" : row.status));
    }
    CHECK(ok == 2);
    CHECK(failed == 2);
    REQUIRE(recording.missing.size() == 1);
    CHECK(recording.missing[0].variant == row.mode);
    CHECK(contains(recording.missing[0].reason, row.status));
    CHECK(read_recording(scratch / "out").status == "incomplete");
  }
}

TEST_CASE("a child that can use fewer threads than the plan asks for says so, and is measured") {
  const Scratch scratch;
  const Recording recording = run(plan_of(scratch, {arm("pool"), arm("one-thread")}, {"time"}));
  CHECK(recording.status == "complete");
  for (const Block& block : recording.blocks) CHECK(block.status == "ok");
}

TEST_CASE("the tail of what a failing child said is kept; after two failures it is given up") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool"), arm("crash")}, {"time"});
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
}

TEST_CASE("a child that hangs meets the time limit") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool"), arm("hang")}, {"time"});
  plan.blocks = 1;
  plan.time_limit_s = 1;
  plan.arms[0].command = {"true"};
  const Recording recording = run(plan);
  CHECK(blocks_of(recording, "time").size() == 2);
  for (const Block& block : recording.blocks) {
    if (block.variant == "hang") CHECK(block.status == "time limit of 1 s");
  }
}

TEST_CASE("an interrupted run keeps what it measured and leaves nothing running") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool"), arm("hang")}, {"time", "sync"});
  std::atomic<bool> stop{false};
  plan.stop = &stop;
  plan.seed = 1;
  int hangs = 0;
  std::thread interrupter;
  plan.progress = [&](const Progress& progress) {
    if (progress.text != "time pass, block 1, hang" || hangs++ > 0) return;
    interrupter = std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      stop = true;
    });
  };
  const Recording recording = run(plan);
  interrupter.join();
  CHECK(recording.status == "interrupted");
  const Block& last = recording.blocks.back();
  CHECK(last.variant == "hang");
  CHECK(last.status == "interrupted");
  CHECK_FALSE(fs::exists(plan.out_dir + ".partial"));
  CHECK(read_recording(plan.out_dir).status == "interrupted");
  std::string environment_file;
  for (const std::string& file : last.raw_files) {
    if (file.ends_with("pid.txt")) environment_file = plan.out_dir + "/" + file;
  }
  REQUIRE_FALSE(environment_file.empty());
  CHECK(left_in_group(std::stoi(read_file(environment_file))) == 0);
}

TEST_CASE("a folder with other things is refused and left alone") {
  const Scratch scratch;
  const RunPlan plan = plan_of(scratch, {arm("pool")}, {"time"});
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

TEST_CASE("a recording is replaced by the next one, unless that measured nothing") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool", "first")}, {"time"});
  run(plan);
  winnow::base::write_file(plan.out_dir + "/notes.txt", "mine");
  plan.arms = {arm("pool", "second")};
  plan.baseline = "second";
  run(plan);
  CHECK(read_recording(plan.out_dir).baseline == "second");
  CHECK(fs::exists(plan.out_dir + "/raw/time/second-0/result.json"));
  CHECK_FALSE(fs::exists(plan.out_dir + "/raw/time/first-0"));
  CHECK(read_file(plan.out_dir + "/notes.txt") == "mine");

  plan.arms = {arm("exit3", "third")};
  plan.baseline = "third";
  CHECK(run(plan).status == "incomplete");
  CHECK(read_recording(plan.out_dir).baseline == "second");
  CHECK_FALSE(fs::exists(plan.out_dir + ".partial"));
}

TEST_CASE("a complete recording is kept beside one that is not") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool", "first")}, {"time"});
  std::vector<std::string> told;
  plan.kept_earlier = [&](const std::string& folder) { told.push_back(folder); };
  run(plan);
  winnow::base::write_file(plan.out_dir + "/notes.txt", "mine");
  CHECK(run(plan).status == "complete");
  CHECK(told.empty());

  std::atomic<bool> stop{false};
  plan.stop = &stop;
  plan.progress = [&](const Progress& progress) {
    if (progress.text == "time pass, block 2, first") stop = true;
  };
  CHECK(run(plan).status == "interrupted");
  const std::string previous = plan.out_dir + ".previous";
  CHECK(told == std::vector<std::string>{previous});
  CHECK(read_recording(plan.out_dir).status == "interrupted");
  CHECK(read_recording(previous).status == "complete");
  CHECK(fs::exists(previous + "/raw/time/first-1/result.json"));
  CHECK(read_file(previous + "/notes.txt") == "mine");

  stop = false;
  run(plan);  // replaces an interrupted one: that is nothing to keep
  CHECK(told.size() == 1);
  stop = false;
  plan.progress = nullptr;
  CHECK(run(plan).status == "complete");
  plan.arms.push_back(arm("exit3"));
  CHECK(run(plan).status == "incomplete");
  CHECK(told.back() == previous + "-2");
  CHECK(read_recording(previous).status == "complete");
  CHECK(read_recording(previous + "-2").status == "complete");
}

TEST_CASE("a block that the machine has no room for fails alone") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool")}, {"time"});
  plan.blocks = 3;
  plan.progress = [&](const Progress& progress) {
    if (progress.text != "time pass, block 2, pool") return;
    winnow::base::write_file(plan.out_dir + ".partial/raw/time/pool-1", "in the way");
  };
  run(plan);
  const Recording recording = read_recording(plan.out_dir);
  REQUIRE(recording.blocks.size() == 3);
  CHECK(recording.status == "incomplete");
  CHECK(recording.blocks[0].status == "ok");
  CHECK(contains(recording.blocks[1].status, "not measured: "));
  CHECK(recording.blocks[1].index == 1);
  CHECK(recording.blocks[2].status == "ok");
}

TEST_CASE("a run that cannot be completed leaves what it measured and says where") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool")}, {"time"});
  const std::string partial = plan.out_dir + ".partial";
  plan.progress = [](const Progress& progress) {
    if (progress.text == "reading the profiles") throw Error("disk", "on fire");
  };
  CHECK_THROWS_WITH(run(plan), partial +
                                   ": not a whole recording; what was measured lies here: "
                                   "disk: on fire");
  CHECK(fs::exists(partial + "/raw/time/pool-1/result.json"));
  CHECK_FALSE(fs::exists(plan.out_dir));
}

TEST_CASE("a recording that no reader accepts is told and kept") {
  const Scratch scratch;
  RunPlan plan = plan_of(scratch, {arm("pool")}, {"time"});
  plan.workload.texts_per_iteration = -1;
  CHECK_THROWS_AS(run(plan), Error);
  CHECK(fs::exists(plan.out_dir + "/recording.json"));
  CHECK(fs::exists(plan.out_dir + "/raw/time/pool-1/result.json"));
}

TEST_CASE("a plan that cannot be run is refused before anything is written") {
  const Scratch scratch;
  const RunPlan good = plan_of(scratch, {arm("pool")}, {"time"});
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
      broken([](RunPlan& plan) { plan.passes = {"space"}; }),
      broken([](RunPlan& plan) { plan.blocks = 0; }),
      broken([](RunPlan& plan) { plan.iterations_per_block = 0; }),
      broken([](RunPlan& plan) { plan.time_limit_s = 0; }),
  };
  for (const RunPlan& plan : plans) CHECK_THROWS_AS(run(plan), UsageError);
  CHECK_THROWS_AS(run(broken([](RunPlan& plan) {
                    plan.passes = {"sync"};
                    plan.agent_library = "/nowhere/libwinnow-agent.so";
                  })),
                  Error);
  CHECK(fs::is_empty(scratch.path()));
}
