#include "tests/reports/samples/foreign_samples.h"

#include <cmath>

#include "tests/reports/samples/samples.h"

namespace winnow::reports {

using namespace profiles;

namespace {

constexpr int kRuns = 3;
constexpr double kPeriod = 0.001;

int64_t ns(double seconds) { return std::llround(seconds * 1e9); }

Block block_of(profiles::Pass pass, const std::string& variant, int index, double wall_s) {
  Block block;
  block.pass = pass;
  block.variant = variant;
  block.index = index;
  block.iteration_wall_ns.assign(kRuns, ns(wall_s));
  block.checksum = "5e1f";
  block.region = Region{};
  block.region->wall_ns = ns(wall_s * kRuns);
  block.region->user_ns = ns(wall_s * kRuns * 0.9);
  block.region->system_ns = ns(wall_s * kRuns * 0.1);
  block.region->cores_time =
      CoresTime{2, ns(wall_s * kRuns * 0.9), ns(wall_s * kRuns * 1.1), ns(0)};
  return block;
}

SampledProfile sampled(ProfileClock clock, double factor) {
  SampledProfile profile;
  profile.clock = clock;
  profile.iterations = kRuns;
  profile.period_s = kPeriod;
  profile.samples = 0;
  const std::pair<const char*, const char*> functions[] = {{"deflate_slow", "other"},
                                                           {"exp", "mathematics"},
                                                           {"memcpy", "memory"},
                                                           {"pthread_cond_wait", "scheduler"},
                                                           {"[kernel]", "kernel"}};
  int64_t samples = 1200;
  for (const auto& [name, category] : functions) {
    const auto flat = static_cast<int64_t>(static_cast<double>(samples) * factor);
    const double flat_s = static_cast<double>(flat) * kPeriod;
    profile.functions.push_back({name, category, flat_s, flat_s * 1.1, flat, flat + flat / 10});
    profile.sampled_s += flat_s;
    *profile.samples += flat;
    samples /= 2;
  }
  if (clock == ProfileClock::cpu) profile.total_s = profile.sampled_s * 1.01;
  return profile;
}

HeapProfile heap() {
  HeapProfile heap;
  heap.iterations = kRuns;
  heap.region = {{"Thread Creation", 4096, {}}, {"Other", 3e6, {}}};
  heap.region_bytes = 3e6 + 4096;
  heap.region_objects = 30;
  heap.header_bytes = heap.region_bytes;
  heap.exact_bytes = static_cast<int64_t>(heap.region_bytes);
  return heap;
}

SyncProfile sync(double factor) {
  SyncProfile sync;
  sync.iterations = kRuns;
  sync.wall_s = 3 * factor;
  sync.cores = 2;
  sync.thread_create = sync.thread_join = Calls{6, 0.001};
  sync.condition_wait = Calls{60, 0.4 * factor};
  sync.condition_signal = sync.condition_broadcast = Calls{20, 0.002};
  sync.mutex_contended = Calls{5, 0.001};
  sync.allocations = 30;
  sync.allocated_bytes = 3'000'000;
  ThreadAccount main;
  main.name = "main";
  main.wall_s = 3 * factor;
  main.run_queue_s = 0.01;
  main.voluntary_switches = main.involuntary_switches = 7;
  main.cpu_by_state = CpuByState{0, 0, 0.01, 0.01, 0.01, 2.9 * factor};
  main.cpu_s = 0.03 + 2.9 * factor;
  sync.threads = {main};
  return sync;
}

// A shell that starts two programs and ends in the third.
TreeProfile tree(double factor, int64_t threads) {
  TreeProfile tree;
  tree.iterations = 5;
  tree.wall_s = 5 * factor;
  tree.cpu_s = 5 * factor;
  tree.run_queue_s = 1.5 * factor;
  tree.voluntary_switches = 100;
  tree.involuntary_switches = 52;
  tree.processes = 10;
  tree.threads = threads;
  tree.execs = 20;
  tree.most_threads_at_once = 4;
  tree.peak_rss_bytes = 27'000'000;
  tree.programs = {{"zstd", 5, threads, 4 * factor, 1.5 * factor}, {"cat", 10, 0, factor, 0}};
  return tree;
}

void add_variant(Recording& recording, const std::string& name, const std::string& threads,
                 double factor) {
  Variant variant;
  variant.name = name;
  variant.command = {"zstd", threads, "data set"};
  recording.variants.push_back(variant);
  for (int i = 0; i < 10; ++i)
    recording.blocks.push_back(
        block_of(profiles::Pass::time, name, i, factor * (1 + 0.001 * (i % 3))));
  for (const profiles::Pass pass :
       {profiles::Pass::cpu, profiles::Pass::wall, profiles::Pass::heap, profiles::Pass::sync})
    recording.blocks.push_back(block_of(pass, name, 0, factor));
  recording.profiles[name] = {sampled(ProfileClock::cpu, factor),
                              sampled(ProfileClock::wall, factor), heap(), sync(factor)};
}

Stacks stacks(ProfileClock clock, int64_t scale) {
  const bool allocation = clock == ProfileClock::allocation;
  Stacks result{clock, kRuns, allocation ? 0 : kPeriod, {{"main", "main.c", "other", 12}}, {}};
  for (const auto& [name, category] : {std::pair("deflate_slow", "other"),
                                       {"exp", "mathematics"},
                                       {"pthread_cond_wait", "scheduler"}}) {
    const int frame = static_cast<int>(result.frames.size());
    result.frames.push_back({name, "", category, 0});
    Stack stack{{frame, 0}, 100 * scale * frame, 0, 0};
    if (allocation) stack = {{frame, 0}, 0, 1000 * scale * frame, scale * frame};
    result.stacks.push_back(std::move(stack));
  }
  return result;
}

}  // namespace

Recording foreign_recording() {
  Recording recording;
  recording.created = "2026-01-02T03:04:05Z";
  recording.winnow_version = "0.1.0";
  recording.commit = "c0ffee";
  recording.status = profiles::RunStatus::complete;
  recording.machine = {{"cpu_model", "A CPU", ""}, {"cores", "2", ""}, {"kernel", "6.1", ""}};
  recording.workload.scenario = "compress";
  recording.workload.iterations_per_block = kRuns;
  recording.workload.blocks = 10;
  recording.workload.iteration = "run";
  recording.baseline = "one";
  add_variant(recording, "one", "-T1", 1);
  add_variant(recording, "two", "-T2", 0.6);
  return recording;
}

Recording command_recording() {
  Recording recording = foreign_recording();
  std::erase_if(recording.blocks, [](const Block& block) {
    return block.pass != profiles::Pass::time && block.pass != profiles::Pass::cpu;
  });
  for (Block& block : recording.blocks) block.checksum.clear();
  for (auto& [name, found] : recording.profiles) {
    const bool one = name == "one";
    recording.blocks.push_back(block_of(profiles::Pass::tree, name, 0, one ? 1 : 0.6));
    recording.blocks.back().checksum.clear();
    VariantProfiles kept;
    kept.cpu = found.cpu;
    kept.tree = tree(one ? 1 : 0.6, one ? 10 : 20);
    found = kept;
  }
  return recording;
}

Export foreign_export(const Recording& recording) {
  Export source = make_export(recording);
  for (const int64_t scale : {3, 2}) {
    const VariantStacks all{stacks(ProfileClock::cpu, scale), stacks(ProfileClock::wall, scale),
                            stacks(ProfileClock::allocation, scale)};
    source.stacks.push_back(all);
    VariantPictures pictures;
    pictures.cpu.data = all.cpu;
    pictures.wall.data = all.wall;
    pictures.allocation.data = all.allocation;
    pictures.timeline.data = Timeline{{0, 4000},
                                      9000,
                                      {{"main",
                                        {{500, ThreadState::kComputing},
                                         {4000, ThreadState::kWaiting},
                                         {8000, ThreadState::kOther}}}}};
    source.pictures.variants.push_back(pictures);
  }
  source.detail = make_detail(*source.measured, source.report, source.stacks);
  source.detailed = true;
  return source;
}

}  // namespace winnow::reports
