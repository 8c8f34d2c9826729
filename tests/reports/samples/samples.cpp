#include "tests/reports/samples/samples.h"

#include <cmath>
#include <sstream>
#include <utility>

#include "tests/engine_terms.h"

namespace winnow::reports {

using namespace profiles;

namespace {

Function sampled(const std::string& name, const std::string& category, int64_t flat_samples,
                 int64_t cumulative_samples, double period_s) {
  Function function{name, category, {}, {}, flat_samples, cumulative_samples};
  function.flat_s = static_cast<double>(flat_samples) * period_s;
  function.cumulative_s = static_cast<double>(cumulative_samples) * period_s;
  return function;
}

Block block(profiles::Pass pass, const std::string& variant, int index, int iterations,
            double iteration_s) {
  Block block;
  block.pass = pass;
  block.variant = variant;
  block.index = index;
  block.isa = "avx512_vnni";
  block.iteration_wall_ns.assign(iterations, std::llround(iteration_s * 1e9));
  block.work = {{"tokens", 672 * iterations}, {"matmul_calls", 5376 * iterations}};
  block.checksum = "9f86d081884c7d65";
  return block;
}

SampledProfile seed_cpu(double total_s) {
  SampledProfile cpu;
  cpu.clock = profiles::ProfileClock::cpu;
  cpu.iterations = 100;
  cpu.total_s = total_s;
  cpu.sampled_s = total_s;
  return cpu;
}

HeapProfile seed_heap(double total_mb, std::vector<std::pair<std::string, double>> rows) {
  HeapProfile heap;
  heap.iterations = 100;
  heap.region_bytes = total_mb * 1e6;
  for (const auto& [category, megabytes] : rows)
    heap.region.push_back({category, megabytes * 1e6, {}});
  return heap;
}

SyncProfile seed_sync(double wall_s, double search_s, double wait_s, double signal_s) {
  SyncProfile sync;
  sync.iterations = 100;
  sync.wall_s = wall_s;
  sync.cores = 8;
  sync.searching = Calls{1, search_s};
  sync.waiting = Calls{1, wait_s};
  sync.signalling = Calls{1, signal_s};
  return sync;
}

Calls calls(int64_t count, double wall_s) { return {count, wall_s}; }

}  // namespace

Function flat(const std::string& name, const std::string& category, double seconds) {
  return {name, category, seconds, {}, {}, {}};
}

void add_blocks(Recording& recording, const std::string& variant,
                const std::vector<double>& iteration_s, int iterations) {
  for (size_t i = 0; i < iteration_s.size(); ++i)
    recording.blocks.push_back(
        block(profiles::Pass::time, variant, static_cast<int>(i), iterations, iteration_s[i]));
}

Recording seed_recording() {
  Recording recording;
  recording.created = "2025-01-01T00:00:00Z";
  recording.status = profiles::RunStatus::complete;
  recording.workload = {"seed", "", 32, {}, 8, 10, 10, {}, "text"};
  recording.baseline = "fine";
  recording.variants = {{"fine", "", "Fine-Grained", "", "", false, {}, engine_terms(16, 150, 0)},
                        {"coarse",
                         "",
                         "Coarse-Grained",
                         "DisableMatmulParallel=true",
                         "",
                         true,
                         {},
                         engine_terms(0, 150, 8)}};
  // 434.03 s and 323.01 s over 100 iterations: ten blocks of ten.
  add_blocks(recording, "fine", std::vector(10, 4.3403), 10);
  add_blocks(recording, "coarse", std::vector(10, 3.2301), 10);

  // Totals to which the seed's shares fit: 432.69 s is 54.16%, 413.58 s is 54.01%.
  SampledProfile fine = seed_cpu(798.95), coarse = seed_cpu(765.75);
  // findRunnable is a cumulative figure: 436.06 s in it contain most of pthread_cond_wait.
  fine.functions = {flat("pthread_cond_wait", "scheduler", 432.69),
                    flat("pthread_cond_signal", "scheduler", 151.93),
                    {"runtime.findRunnable", "scheduler", {}, 436.06, {}, {}},
                    flat("dotProductSDOTAsm", "compute", 94.19),
                    flat("processJob", "compute", 65.47),
                    flat("MultiHeadAttentionWithScale", "compute", 8.14)};
  coarse.functions = {flat("pthread_cond_wait", "scheduler", 413.58),
                      flat("pthread_cond_signal", "scheduler", 172.50),
                      {"runtime.findRunnable", "scheduler", {}, 418.25, {}, {}},
                      flat("dotProductSDOTAsm", "compute", 72.74),
                      flat("processJob", "compute", 52.11),
                      flat("MultiHeadAttentionWithScale", "compute", 14.33)};
  VariantProfiles& before = recording.profiles["fine"];
  VariantProfiles& after = recording.profiles["coarse"];
  before.cpu = fine;
  after.cpu = coarse;
  before.heap = seed_heap(7156.5, {{"INT8 Quantization", 4046.0},
                                   {"BPE Tokenization", 1861.5},
                                   {"Buffer Pool", 656.0},
                                   {"Model Loading", 378.0}});
  // 366.04, printed 366.0: the seed's share of 5.17% needs at least 366.02 of 7086.5.
  after.heap = seed_heap(7086.5, {{"INT8 Quantization", 4060.2},
                                  {"BPE Tokenization", 1883.0},
                                  {"Buffer Pool", 574.0},
                                  {"Model Loading", 366.04}});
  before.sync = seed_sync(434.03, 436.06, 432.69, 151.93);
  after.sync = seed_sync(323.01, 418.25, 413.58, 172.50);
  return recording;
}

Recording reversed_seed_recording() {
  Recording recording = seed_recording();
  for (Block& block : recording.blocks) block.variant = block.variant == "fine" ? "coarse" : "fine";
  std::swap(recording.profiles["fine"], recording.profiles["coarse"]);
  std::swap(recording.variants[0].thread_terms, recording.variants[1].thread_terms);
  return recording;
}

namespace {

constexpr double kPeriod = 0.02;
constexpr int kIterations = 8;

SampledProfile spawn_cpu() {
  SampledProfile cpu;
  cpu.clock = profiles::ProfileClock::cpu;
  cpu.iterations = kIterations;
  cpu.period_s = kPeriod;
  cpu.functions = {
      sampled("winnow::kernels::matmul_q8_0_avx512_vnni", "compute", 271, 271, kPeriod),
      sampled("winnow::engine::attention", "compute", 26, 33, kPeriod),
      sampled("winnow::kernels::gelu_avx512", "compute", 12, 12, kPeriod),
      sampled("winnow::kernels::rms_norm_avx512", "compute", 7, 7, kPeriod),
      sampled("clone3", "scheduler", 61, 61, kPeriod),
      sampled("pthread_create", "scheduler", 24, 96, kPeriod),
      sampled("__pthread_clockjoin_ex", "scheduler", 9, 9, kPeriod),
      sampled("winnow::engine::Spawn::run", "scheduler", 2, 131, kPeriod),
      sampled("madvise", "memory", 17, 17, kPeriod),
      sampled("mprotect", "memory", 8, 8, kPeriod),
      sampled("winnow::engine::Tokenizer::encode", "tokenization", 3, 3, kPeriod),
      sampled("start_thread", "other", 5, 310, kPeriod),
      sampled("main", "other", 0, 163, kPeriod)};
  cpu.samples = 445;
  cpu.sampled_s = 445 * kPeriod;
  cpu.total_s = 11.24;
  return cpu;
}

SampledProfile pool_cpu() {
  SampledProfile cpu;
  cpu.clock = profiles::ProfileClock::cpu;
  cpu.iterations = kIterations;
  cpu.period_s = kPeriod;
  cpu.functions = {
      sampled("winnow::kernels::matmul_q8_0_avx512_vnni", "compute", 249, 249, kPeriod),
      sampled("winnow::engine::attention", "compute", 27, 33, kPeriod),
      sampled("winnow::kernels::gelu_avx512", "compute", 11, 11, kPeriod),
      sampled("winnow::kernels::rms_norm_avx512", "compute", 6, 6, kPeriod),
      sampled("pthread_cond_wait", "scheduler", 6, 6, kPeriod),
      sampled("pthread_cond_signal", "scheduler", 4, 4, kPeriod),
      sampled("winnow::engine::Pool::work", "scheduler", 1, 299, kPeriod),
      sampled("winnow::engine::Tokenizer::encode", "tokenization", 2, 2, kPeriod),
      sampled("main", "other", 0, 3, kPeriod)};
  cpu.samples = 306;
  cpu.sampled_s = 306 * kPeriod;
  cpu.total_s = 6.87;
  return cpu;
}

SampledProfile pool_wall() {
  SampledProfile wall;
  wall.clock = profiles::ProfileClock::wall;
  wall.iterations = kIterations;
  wall.period_s = kPeriod;
  wall.functions = {
      sampled("pthread_cond_wait", "scheduler", 131, 131, kPeriod),
      sampled("winnow::kernels::matmul_q8_0_avx512_vnni", "compute", 302, 302, kPeriod),
      sampled("winnow::engine::attention", "compute", 30, 36, kPeriod)};
  wall.samples = 463;
  wall.sampled_s = 463 * kPeriod;
  return wall;
}

HeapProfile heap(double quantization, double tokenization, double buffers, double threads,
                 int64_t objects) {
  HeapProfile heap;
  heap.iterations = kIterations;
  heap.region = {{"Thread Creation", threads, {}},   {"Model Loading", 0, {}},
                 {"Tokenization", tokenization, {}}, {"INT8 Quantization", quantization, {}},
                 {"Buffer Pool", buffers, {}},       {"Other", 18432, {}}};
  for (const AllocationRow& row : heap.region) heap.region_bytes += row.bytes;
  heap.region_objects = objects;
  heap.before_region = {{"Model Loading", 336'114'912, 524'801}, {"Buffer Pool", 2'100'000, 100}};
  heap.header_bytes = heap.region_bytes;
  heap.header_objects = objects;
  heap.exact_bytes = static_cast<int64_t>(heap.region_bytes * 0.9987);
  heap.exact_objects = objects;
  return heap;
}

SyncProfile spawn_sync() {
  SyncProfile sync;
  sync.iterations = kIterations;
  sync.wall_s = 3.402;
  sync.cores = 4;
  sync.thread_create = calls(129'024, 1.614);
  sync.thread_join = calls(129'024, 1.208);
  sync.condition_wait = sync.condition_signal = sync.condition_broadcast = calls(0, 0);
  sync.mutex_contended = calls(0, 0);
  sync.futex_wait = sync.futex_wake = sync.yield = calls(0, 0);
  sync.computing = calls(172'032, 7.904);
  sync.searching = calls(172'032, 0.0213);
  sync.waiting = calls(43'008, 1.208);
  sync.signalling = calls(43'008, 1.614);
  ThreadAccount main{"main", 1, 3.402, 3.151, 0.0712, 9'214, 1'204, 1.102, 0.0052, 1.208, 1.614};
  ThreadAccount created{
      "created in the region", 129'024, 9.117, 7.604, 1.422, 3'411, 14'802, 6.802, 0.0161, 0, 0};
  sync.threads = {main, created};
  return sync;
}

SyncProfile pool_sync() {
  SyncProfile sync;
  sync.iterations = kIterations;
  sync.wall_s = 2.031;
  sync.cores = 4;
  sync.thread_create = calls(0, 0);
  sync.thread_join = calls(0, 0);
  sync.condition_wait = calls(41, 1.231);
  sync.condition_signal = calls(8, 0.0000612);
  sync.condition_broadcast = calls(8, 0.000121);
  sync.mutex_contended = calls(17, 0.000342);
  sync.futex_wait = sync.futex_wake = sync.yield = calls(0, 0);
  sync.computing = calls(256, 6.762);
  sync.searching = calls(288, 0.00112);
  sync.waiting = calls(40, 3.251);
  sync.signalling = calls(16, 0.000182);
  sync.threads = {{"main", 1, 2.031, 0.0084, 0.0003, 9, 2, 0.0061, 0, 2.018, 0.000182}};
  for (int worker = 1; worker <= 4; ++worker)
    sync.threads.push_back({"worker " + std::to_string(worker), 1, 2.031, 1.701, 0.0171, 11, 71,
                            1.689, 0.00028, 0.30825, 0});
  return sync;
}

void add_profile_blocks(Recording& recording, const std::string& variant) {
  const auto folder = [&](profiles::Pass pass) {
    return "raw/" + word(pass) + "/" + variant + "-0/";
  };
  for (const profiles::Pass pass :
       {profiles::Pass::cpu, profiles::Pass::heap, profiles::Pass::sync})
    recording.blocks.push_back(block(pass, variant, 0, kIterations, 0.43));
  for (Block& each : recording.blocks) {
    if (each.variant != variant) continue;
    if (each.pass == profiles::Pass::cpu)
      each.raw_files = {folder(profiles::Pass::cpu) + "cpu.prof"};
    if (each.pass == profiles::Pass::heap)
      each.raw_files = {folder(profiles::Pass::heap) + "heap.0001.heap",
                        folder(profiles::Pass::heap) + "heap.0002.heap"};
  }
}

}  // namespace

Recording realistic_recording() {
  Recording recording;
  recording.created = "2025-11-22T16:40:00Z";
  recording.winnow_version = "0.1.0";
  recording.commit = "24de2cf";
  recording.status = profiles::RunStatus::complete;
  recording.machine = {{"cpu_model", "Intel(R) Xeon(R) Processor @ 2.70GHz", ""},
                       {"cores", "4", ""},
                       {"kernel", "6.1.0-18-amd64", ""},
                       {"hypervisor", "", "cpuid leaf not readable"}};
  recording.roofline =
      Roofline{4,
               {{"scalar", 11.9, 46.1}, {"avx2", 133.2, 521.0}, {"avx512_vnni", 535.6, 2030.4}},
               22.7,
               38.1,
               "best of 12 repetitions"};
  recording.workload = {
      "batch32", "32 English texts of mixed length", 32, 672, 4, kIterations, 10, {}, "text",
      "tokens"};
  recording.model =
      Model{"synthetic embeddinggemma-300m", "synthetic-300m.gguf", 329'000'000, true};
  recording.baseline = "spawn";
  recording.variants = {
      {"spawn", "new threads for every matrix product", "Fine-Grained", "", "", false, true,
       engine_terms(4, 168, 0)},
      {"pool", "one text a task on persistent workers", "Coarse-Grained", "run winnow-engine-pool",
       "../../build/winnow-engine-pool", true, false, engine_terms(0, 168, 4)}};
  add_blocks(recording, "spawn",
             {0.4212, 0.4188, 0.4301, 0.4197, 0.4223, 0.4409, 0.4180, 0.4215, 0.4230, 0.4206},
             kIterations);
  add_blocks(recording, "pool",
             {0.2521, 0.2498, 0.2533, 0.2507, 0.2611, 0.2502, 0.2519, 0.2525, 0.2496, 0.2514},
             kIterations);
  for (Block& each : recording.blocks) {
    const bool spawn = each.variant == "spawn";
    Region region;
    for (int64_t wall_ns : each.iteration_wall_ns) region.wall_ns += wall_ns;
    region.user_ns = region.wall_ns * (spawn ? 254 : 336) / 100;
    region.system_ns = region.wall_ns * (spawn ? 71 : 1) / 100;
    each.region = region;
    each.dispatch = std::map<std::string, DispatchLoop>{
        {"groups", {1, spawn ? 20 : 37'866, spawn ? 31 : 87'690}},
        {"tiles", {3072, spawn ? 88'161 : 20, spawn ? 379'917 : 31}}};
  }
  VariantProfiles& spawn = recording.profiles["spawn"];
  VariantProfiles& pool = recording.profiles["pool"];
  spawn.cpu = spawn_cpu();
  pool.cpu = pool_cpu();
  pool.wall = pool_wall();
  spawn.heap = heap(41'287'680, 6'488'064, 92'340'224, 37'158'912, 301'224);
  pool.heap = heap(41'287'680, 6'488'064, 90'112'000, 0, 42'816);
  spawn.sync = spawn_sync();
  pool.sync = pool_sync();
  add_profile_blocks(recording, "spawn");
  add_profile_blocks(recording, "pool");
  recording.blocks.push_back(block(profiles::Pass::wall, "pool", 0, kIterations, 0.26));
  recording.blocks.back().raw_files = {"raw/wall/pool-0/cpu.prof"};
  for (Block& each : recording.blocks) {
    const auto iterations = static_cast<int64_t>(each.iteration_wall_ns.size());
    each.kernel_macs = {{"matmul", 71'303'168'000 * iterations},
                        {"attention", 982'093'824 * iterations}};
  }
  recording.missing = {
      {"spawn", profiles::Pass::wall, "threads live too short for a sampled wall profile"}};
  recording.warnings = {"other processes used 6% of the cores during the run"};
  return recording;
}

std::string section(const std::string& markdown, const std::string& heading) {
  const size_t start = markdown.find(heading);
  if (start == std::string::npos) return "";
  const size_t level = heading.find(' ');
  std::istringstream lines(markdown.substr(start));
  std::string result, line;
  bool in_code = false;
  while (std::getline(lines, line)) {
    const size_t marks = line.find_first_not_of('#');
    if (line.starts_with("```")) in_code = !in_code;
    const bool is_heading =
        !in_code && marks != std::string::npos && marks > 0 && line[marks] == ' ';
    if (!result.empty() && is_heading && marks <= level) break;
    result += line + "\n";
  }
  return result;
}

std::string table_row(const std::string& markdown, const std::string& first_cell) {
  std::istringstream lines(markdown);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("| " + first_cell)) return line;
  return "";
}

}  // namespace winnow::reports
