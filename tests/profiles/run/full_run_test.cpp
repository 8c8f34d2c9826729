#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "base/file.h"
#include "profiles/recording/sha256.h"
#include "profiles/recording/stacks.h"
#include "profiles/run/run.h"
#include "tests/catch.h"
#include "tests/profiles/run/run_plans.h"
#include "tests/scratch.h"

using namespace winnow::profiles;
using winnow::base::read_file;

namespace fs = std::filesystem;

namespace {

// One run of all passes, for several test cases to look at.
struct FullRun {
  Scratch scratch;
  RunPlan plan;
  std::vector<Progress> progress;
  Recording recording;

  FullRun()
      : plan(plan_of(scratch, {arm("spawn"), arm("pool")},
                     {Pass::sync, Pass::heap, Pass::wall, Pass::cpu, Pass::time})) {
    unsetenv("MALLOC_PERTURB_");  // meson test sets it, which would be told
    plan.commit = "c0ffee";
    plan.progress = [this](const Progress& now) { progress.push_back(now); };
    recording = run(plan);
  }
};

const FullRun& full_run() {
  static const FullRun once;
  return once;
}

}  // namespace

TEST_CASE("a full run tells which machine and which program it measured") {
  const Recording& recording = full_run().recording;
  CHECK(recording.machine_identity->fingerprint.size() == 64);
  CHECK(recording.machine_identity->host_id.empty() != recording.machine_identity->note.empty());
  CHECK(read_recording(full_run().plan.out_dir).content_hash.starts_with("sha256:"));
  for (const Variant& variant : recording.variants) {
    const ProgramFile& file = variant.program_file.value();
    CHECK(file.path == WORKLOAD_PROGRAM);
    CHECK(file.size_bytes == fs::file_size(WORKLOAD_PROGRAM));
    CHECK(file.sha256 == sha256(read_file(WORKLOAD_PROGRAM)));
    CHECK(file.commit == "c0ffee");
    // As the linker wrote it into the file, behind the owner's name.
    if (file.build_id) {
      std::string bytes("GNU\0", 4);
      for (size_t i = 0; i < file.build_id->size(); i += 2)
        bytes += static_cast<char>(std::stoi(file.build_id->substr(i, 2), nullptr, 16));
      CHECK(file.build_id->size() >= 16);
      CHECK(read_file(WORKLOAD_PROGRAM).find(bytes) != std::string::npos);
    } else {
      CHECK(file.note == "the file has no build id");
    }
  }
}

TEST_CASE("a full run: every block succeeded, passes in their order, blocks numbered") {
  const Recording& recording = full_run().recording;
  CHECK(recording.status == RunStatus::complete);
  CHECK(recording.warnings.empty());
  std::vector<Pass> passes;
  for (const Block& block : recording.blocks) {
    INFO(word(block.pass) << " " << block.variant << " " << block.stderr_tail);
    CHECK(block.ok());
    CHECK(block.order == &block - recording.blocks.data());
    const int iterations = block.pass == Pass::heap || block.pass == Pass::exact ? 2
                           : block.pass == Pass::sync                            ? 1
                                                                                 : 3;
    CHECK(block.iteration_wall_ns.size() == static_cast<size_t>(iterations));
    CHECK(block.region->wall_ns > 0);
    CHECK(block.work.at("tokens") == 7 * iterations);
    CHECK(block.checksum == "abc");
    if (passes.empty() || passes.back() != block.pass) passes.push_back(block.pass);
  }
  CHECK(passes ==
        std::vector<Pass>{Pass::time, Pass::cpu, Pass::wall, Pass::heap, Pass::exact, Pass::sync});
  CHECK(blocks_of(recording, Pass::time).size() == 4);
  CHECK(order_of(recording, Pass::sync) ==
        "spawnpoolpoolspawnspawnpoolpoolspawnspawnpoolpoolspawnspawnpool");  // seven of each
  CHECK(recording.workload.parts_per_iteration == 7);
  CHECK(recording.variants[0].thread_terms->at(0).times == 20);
}

TEST_CASE("a full run: what cannot be measured is told") {
  const Recording& recording = full_run().recording;
  REQUIRE(recording.missing.size() == 1);
  CHECK(recording.missing[0].variant == "spawn");
  CHECK(recording.missing[0].pass == Pass::wall);
  CHECK_FALSE(recording.profiles.at("spawn").wall);
  CHECK(recording.profiles.at("pool").wall);
}

TEST_CASE("a full run: the profiles tell what the program did") {
  const Recording& recording = full_run().recording;
  const SyncProfile& spawned = *recording.profiles.at("spawn").sync;
  CHECK(spawned.iterations == 7);
  CHECK(spawned.thread_create->count == 7 * 20 * 2);
  CHECK(spawned.thread_join->count == 7 * 20 * 2);
  REQUIRE(spawned.processes);
  REQUIRE(spawned.processes->size() == 7);
  for (int block = 0; block < 7; ++block) {
    const SyncProcess& process = spawned.processes->at(block);
    CHECK(process.block == block);
    CHECK(process.iterations == 1);
    CHECK(process.counts.at("thread_create") == 20 * 2);
  }
  const SyncProfile& pooled = *recording.profiles.at("pool").sync;
  CHECK(pooled.thread_create->count == 0);
  CHECK(pooled.condition_broadcast->count == 7 * 20);
  CHECK(pooled.threads.size() == 3);

  const SampledProfile& cpu = *recording.profiles.at("pool").cpu;
  CHECK(*cpu.samples > 0);
  REQUIRE(cpu.total_s);
  CHECK(*cpu.total_s > 0);
  CHECK(cpu.iterations == 3 * static_cast<int>(blocks_of(recording, Pass::cpu).size()) / 2);
  const auto& hottest = cpu.functions.at(0);
  CHECK(has(hottest.name, "burn_cpu"));
}

TEST_CASE("a full run: call stacks lie beside the recording and add up to its profiles") {
  const Recording& recording = full_run().recording;
  const std::string& out = full_run().plan.out_dir;
  for (const char* name : {"spawn", "pool"}) {
    INFO(name);
    const VariantProfiles& profiles = recording.profiles.at(name);
    const auto cpu = read_stacks(out, name, ProfileClock::cpu),
               heap = read_stacks(out, name, ProfileClock::allocation);
    REQUIRE(cpu);
    REQUIRE(heap);
    int64_t samples = 0, bytes = 0;
    for (const Stack& stack : cpu->stacks) samples += stack.samples;
    for (const Stack& stack : heap->stacks) bytes += stack.bytes;
    CHECK(samples == profiles.cpu->samples);
    CHECK(cpu->iterations == profiles.cpu->iterations);
    const auto burning = std::ranges::find_if(
        cpu->frames, [](const Frame& frame) { return has(frame.function, "burn_cpu"); });
    REQUIRE(burning != cpu->frames.end());
    CHECK(burning->file.ends_with("programs/workload.cpp"));
    CHECK(burning->line > 0);
    CHECK(static_cast<double>(bytes) == profiles.heap->region_bytes);
  }
  CHECK(read_stacks(out, "pool", ProfileClock::wall));
  CHECK_FALSE(read_stacks(out, "spawn", ProfileClock::wall));
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
    const bool sampled = block.pass == Pass::cpu || block.pass == Pass::wall;
    INFO(word(block.pass));
    CHECK(has(maps, "libprofiler") == sampled);
    CHECK(has(maps, "libtcmalloc") == (block.pass == Pass::heap));
    CHECK(has(maps, "libwinnow-agent.so") == (block.pass != Pass::time));
    CHECK(has(maps, "libwinnow-agent-malloc.so") ==
          (block.pass == Pass::exact || block.pass == Pass::sync));
    CHECK(has(environment, "CPUPROFILE_PER_THREAD_TIMERS=1") == (block.pass == Pass::wall));
    CHECK(has(environment, "TCMALLOC_STACKTRACE_METHOD=libgcc") ==
          (sampled || block.pass == Pass::heap));
    CHECK(has(environment, "WINNOW_PADDING="));
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
  for (size_t i = 1; i < progress.size(); ++i) {
    INFO(progress[i].text);
    CHECK(progress[i].total <= progress[i - 1].total);
    CHECK(progress[i].total >= progress[i].done);
  }
}
