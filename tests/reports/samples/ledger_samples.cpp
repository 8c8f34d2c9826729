#include "tests/reports/samples/ledger_samples.h"

#include <cmath>

namespace winnow::reports {

using namespace profiles;

namespace {

constexpr double kPeriod = 0.01;
constexpr int kBlocks = 10;

int64_t ns(double seconds) { return std::llround(seconds * 1e9); }

Block block_of(profiles::Pass pass, const std::string& variant, int index, const KnownRegion& known,
               double factor) {
  Block block;
  block.pass = pass;
  block.variant = variant;
  block.index = index;
  block.iteration_wall_ns.assign(static_cast<size_t>(known.iterations),
                                 ns(known.wall_s * factor / known.iterations));
  block.region = Region{};
  block.region->wall_ns = ns(known.wall_s * factor);
  block.region->user_ns = ns(known.user_s * factor);
  block.region->system_ns = ns(known.system_s * factor);
  block.region->cores_time = CoresTime{known.cores, ns(known.idle_s * factor),
                                       ns(known.busy_s * factor), ns(known.steal_s * factor)};
  block.work = {{"tokens", 672 * known.iterations}};
  block.kernel_macs = {{"matmul", 1'000'000}, {"attention", 1'000}};
  block.checksum = "9f86d081884c7d65";
  return block;
}

SampledProfile cpu_of(const KnownRegion& known) {
  SampledProfile cpu;
  cpu.clock = profiles::ProfileClock::cpu;
  cpu.iterations = known.iterations;
  cpu.period_s = kPeriod;
  cpu.samples = 0;
  const auto add = [&](const char* name, const char* category, double flat_s) {
    const int64_t samples = std::llround(flat_s / kPeriod);
    cpu.functions.push_back({name, category, flat_s, {}, samples, {}});
    cpu.sampled_s += flat_s;
    *cpu.samples += samples;
  };
  add("winnow::kernels::matmul_avx2", "compute", known.matmul_s);
  add("winnow::kernels::attention", "compute", known.attention_s);
  add("winnow::kernels::gelu", "compute", known.gelu_s);
  add("malloc", "memory", known.memory_s);
  add("pthread_cond_wait", "scheduler", known.scheduler_s);
  cpu.total_s = known.user_s + known.system_s;
  return cpu;
}

SyncProfile sync_of(const KnownRegion& known) {
  SyncProfile sync;
  sync.iterations = known.iterations;
  sync.wall_s = known.wall_s;
  sync.cores = known.cores;
  sync.computing = sync.searching = sync.waiting = sync.signalling = Calls{10, 1};
  const CpuByState& cpu = known.cpu;
  ThreadAccount main;
  main.name = "main";
  main.run_queue_s = known.run_queue_s;
  main.cpu_by_state = cpu;
  main.cpu_s = cpu.computing_s + cpu.searching_s + cpu.waiting_s + cpu.signalling_s +
               cpu.creating_s + cpu.other_s;
  sync.threads = {main};
  return sync;
}

void add_known(Recording& recording, const std::string& variant, const KnownRegion& known) {
  for (int i = 0; i < kBlocks; ++i)
    recording.blocks.push_back(
        block_of(profiles::Pass::time, variant, i, known, i % 2 == 0 ? 1.01 : 0.99));
  recording.blocks.push_back(block_of(profiles::Pass::cpu, variant, 0, known, 1));
  recording.blocks.push_back(block_of(profiles::Pass::sync, variant, 0, known, 1));
  recording.profiles[variant].cpu = cpu_of(known);
  recording.profiles[variant].sync = sync_of(known);
}

}  // namespace

Recording known_recording(const KnownRegion& fine, const KnownRegion& coarse) {
  Recording recording;
  recording.status = profiles::RunStatus::complete;
  recording.workload.items_per_iteration = 32;
  recording.workload.item = "text";
  recording.workload.threads = 4;
  recording.baseline = "fine";
  recording.variants = {{"fine", "", "Fine", "", "", true, {}, {}},
                        {"coarse", "", "Coarse", "", "", true, {}, {}}};
  add_known(recording, "fine", fine);
  add_known(recording, "coarse", coarse);
  return recording;
}

}  // namespace winnow::reports
