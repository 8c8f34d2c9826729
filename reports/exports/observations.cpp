#include "reports/exports/observations.h"

#include <cmath>

#include "reports/blocks/block_times.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Calls;

namespace {

class Rows {
 public:
  explicit Rows(Observation like) : like_(std::move(like)) {}

  void add(const std::string& metric, const std::string& unit, double value) {
    add(metric, unit, value, std::nullopt);
  }
  void add(const std::string& metric, const std::string& unit, int64_t count) {
    add(metric, unit, static_cast<double>(count), count);
  }
  void add(const std::string& metric, const std::string& unit, const std::optional<double>& value) {
    if (value) add(metric, unit, *value);
  }
  void add(const std::string& metric, const std::string& unit,
           const std::optional<int64_t>& value) {
    if (value) add(metric, unit, *value);
  }
  void add(const std::string& metric, const std::optional<Calls>& calls) {
    if (!calls) return;
    add(metric + "_count", "count", calls->count);
    add(metric + "_time", "s", calls->wall_s);
  }
  void iteration(std::optional<int> index) { like_.iteration = index; }

  std::vector<Observation> rows;

 private:
  void add(const std::string& metric, const std::string& unit, double value,
           std::optional<int64_t> count) {
    like_.metric = metric;
    like_.unit = unit;
    like_.value = value;
    like_.count = count;
    rows.push_back(like_);
  }

  Observation like_;
};

void append(std::vector<Observation>& all, Rows rows) {
  all.insert(all.end(), rows.rows.begin(), rows.rows.end());
}

Rows of_block(const Block& block) {
  Rows rows({block.variant, word(block.pass), block.index, {}, "", "", 0});
  for (size_t i = 0; i < block.iteration_wall_ns.size(); ++i) {
    rows.iteration(static_cast<int>(i));
    rows.add("wall_time", "ns", block.iteration_wall_ns[i]);
    for (const auto& [name, figures] : block.metrics)
      if (i < figures.size()) rows.add("metric." + name, name, figures[i]);
  }
  rows.iteration({});
  if (const auto& region = block.region) {
    rows.add("region_wall_time", "ns", region->wall_ns);
    rows.add("region_user_time", "ns", region->user_ns);
    rows.add("region_system_time", "ns", region->system_ns);
    rows.add("region_voluntary_switches", "count", region->voluntary_switches);
    rows.add("region_involuntary_switches", "count", region->involuntary_switches);
    rows.add("region_minor_faults", "count", region->minor_faults);
    rows.add("region_major_faults", "count", region->major_faults);
    rows.add("region_cpu_migrations", "count", region->cpu_migrations);
  }
  if (block.server) {
    rows.add("server_cpu_time", "ns", block.server->cpu_ns);
    rows.add("server_ready_time", "ns", block.server->ready_ns);
    rows.add("server_peak_memory", "B", block.server->peak_rss_bytes);
  }
  for (const auto& [name, count] : block.work) rows.add("work." + name, "count", count);
  return rows;
}

Rows of_sync(const std::string& variant, const profiles::SyncProfile& sync) {
  Rows rows({variant, word(Pass::sync), {}, {}, "", "", 0});
  rows.add("iterations", "count", int64_t{sync.iterations});
  rows.add("thread_create", sync.thread_create);
  rows.add("thread_join", sync.thread_join);
  rows.add("condition_wait", sync.condition_wait);
  rows.add("condition_signal", sync.condition_signal);
  rows.add("condition_broadcast", sync.condition_broadcast);
  rows.add("mutex_contended", sync.mutex_contended);
  rows.add("futex_wait", sync.futex_wait);
  rows.add("futex_wake", sync.futex_wake);
  rows.add("yield", sync.yield);
  rows.add("computing", sync.computing);
  rows.add("searching", sync.searching);
  rows.add("waiting", sync.waiting);
  rows.add("signalling", sync.signalling);
  rows.add("allocations", "count", sync.allocations);
  rows.add("allocated_bytes", "B", sync.allocated_bytes);
  rows.add("frees", "count", sync.frees);
  return rows;
}

Rows of_heap(const std::string& variant, const profiles::HeapProfile& heap) {
  Rows rows({variant, word(Pass::heap), {}, {}, "", "", 0});
  rows.add("iterations", "count", int64_t{heap.iterations});
  rows.add("region_bytes", "B", heap.region_bytes);
  rows.add("region_objects", "count", heap.region_objects);
  for (const auto& row : heap.region) rows.add("region_bytes." + row.category, "B", row.bytes);
  return rows;
}

Rows of_samples(const std::string& variant, const profiles::SampledProfile& profile) {
  Rows rows({variant, word(profile.clock), {}, {}, "", "", 0});
  rows.add("iterations", "count", int64_t{profile.iterations});
  rows.add("samples", "count", profile.samples);
  rows.add("sampled_time", "s", profile.sampled_s);
  rows.add("region_cpu_time", "s", profile.total_s);
  for (const auto& function : profile.functions) {
    rows.add("flat." + function.name, "s", function.flat_s);
    rows.add("cumulative." + function.name, "s", function.cumulative_s);
  }
  return rows;
}

}  // namespace

std::vector<Observation> observations_of(const Measured& arms) {
  std::vector<Observation> all;
  for (const Block& block : arms.recording().blocks)
    if (block.ok()) append(all, of_block(block));
  for (const MeasuredArm& variant : arms.variants()) {
    if (variant.sync()) append(all, of_sync(variant.name, *variant.sync()));
    if (variant.heap()) append(all, of_heap(variant.name, *variant.heap()));
    if (variant.cpu()) append(all, of_samples(variant.name, *variant.cpu()));
    if (variant.wall()) append(all, of_samples(variant.name, *variant.wall()));
  }
  return all;
}

namespace {

// To a tenth, without the dust of binary fractions.
double nanoseconds(double seconds) { return std::round(seconds * 1e10) / 10; }

}  // namespace

std::vector<BenchmarkRun> benchmark_runs(const Measured& arms) {
  std::vector<BenchmarkRun> runs;
  for (const MeasuredArm* arm : arms.all())
    for (const Block* block : arm->blocks(Pass::time)) {
      const auto wall_s = block_seconds(*block, Measure::kWall);
      if (!wall_s || *wall_s <= 0) continue;
      BenchmarkRun run{arm->name,
                       block->index,
                       static_cast<int64_t>(block->iteration_wall_ns.size()),
                       nanoseconds(*wall_s),
                       {},
                       {}};
      if (const auto cpu_s = block_seconds(*block, Measure::kCpu)) run.cpu_ns = nanoseconds(*cpu_s);
      const auto& workload = arms.recording().workload;
      if (workload.items_per_iteration > 0)
        run.items_s = workload.items_per_iteration / *wall_s;
      else if (workload.work)
        run.items_s = workload.work->amount / *wall_s;
      runs.push_back(run);
    }
  return runs;
}

std::vector<AllocationRun> allocation_runs(const Measured& arms) {
  std::vector<AllocationRun> runs;
  for (const MeasuredArm& variant : arms.variants()) {
    const auto& heap = variant.heap();
    if (!heap || heap->iterations <= 0) continue;
    AllocationRun run{variant.name, heap->iterations, heap->region_bytes / heap->iterations, {}};
    if (heap->region_objects)
      run.objects = static_cast<double>(*heap->region_objects) / heap->iterations;
    runs.push_back(run);
  }
  return runs;
}

}  // namespace winnow::reports
