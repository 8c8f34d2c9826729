// What handing out work costs under each strategy, by worker count. Names:
// <case>/<strategy>/threads:<n>; p50_us and p99_us are of single loops; Time is of all 200.
//   fork_join  one loop inside a forward pass, one empty item a thread, right behind the last
//   wake       the same after 2 ms without work: workers sleep
//   task       one of 1,000 empty items of a loop
//   inline     a loop of one item: nothing to share
//   batch      a loop over one empty group a thread, as a batch begins
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/usable_cores.h"
#include "engine/schedulers/scheduler.h"
#include "scenarios/dispatch.h"

namespace {

using namespace winnow;
using engine::Scheduler;
using scenarios::LoopTime;

constexpr auto kNothing = [] {};
constexpr auto kEmptyRange = [](int, int) {};

// What a case times: `samples` single loops.
using Case = LoopTime (*)(Scheduler&, int threads, int samples);

LoopTime tiles(Scheduler& scheduler, int count, int samples, base::FunctionRef<void()> before) {
  LoopTime time;
  scenarios::inside_group(scheduler, [&] {
    time = scenarios::time_loop(samples, before, [&] { scheduler.over_tiles(count, kEmptyRange); });
  });
  return time;
}

LoopTime fork_join(Scheduler& scheduler, int threads, int samples) {
  return tiles(scheduler, threads, samples, kNothing);
}

LoopTime wake(Scheduler& scheduler, int threads, int samples) {
  return tiles(scheduler, threads, std::max(1, samples / 10),
               [] { std::this_thread::sleep_for(std::chrono::milliseconds(2)); });
}

LoopTime task(Scheduler& scheduler, int, int samples) {
  constexpr int kTasks = 1000;
  LoopTime loop = tiles(scheduler, kTasks, samples, kNothing);
  return {loop.p50_ns / kTasks, loop.p99_ns / kTasks};
}

LoopTime one_item(Scheduler& scheduler, int, int samples) {
  return tiles(scheduler, 1, samples, kNothing);
}

LoopTime batch(Scheduler& scheduler, int threads, int samples) {
  const std::vector<int> lengths(static_cast<size_t>(threads), 1);
  return scenarios::time_loop(
      samples, kNothing, [&] { scheduler.over_groups(lengths, [](std::span<const int>, int) {}); });
}

void run(benchmark::State& state, const engine::SchedulerRow& row, Case function, int threads) {
  constexpr int kSamples = 200;
  const auto scheduler = row.make({.threads = threads});
  std::vector<int64_t> p50, p99;
  for (auto _ : state) {
    const LoopTime time = function(*scheduler, threads, kSamples);
    p50.push_back(time.p50_ns);
    p99.push_back(time.p99_ns);
  }
  const auto middle_us = [](std::vector<int64_t> values) {
    std::sort(values.begin(), values.end());
    return static_cast<double>(values[values.size() / 2]) * 1e-3;
  };
  state.counters["p50_us"] = middle_us(p50);
  state.counters["p99_us"] = middle_us(p99);
}

void register_all() {
  const int cores = base::usable_cores();
  const std::pair<const char*, Case> cases[] = {{"fork_join", fork_join},
                                                {"wake", wake},
                                                {"task", task},
                                                {"inline", one_item},
                                                {"batch", batch}};
  for (const auto& [name, function] : cases)
    for (const engine::SchedulerRow& row : engine::scheduler_rows())
      for (const int threads : std::set<int>{1, 2, cores})
        benchmark::RegisterBenchmark(
            fmt::format("{}/{}/threads:{}", name, row.name, threads).c_str(),
            [function = function, &row, threads](benchmark::State& state) {
              run(state, row, function, threads);
            })
            ->UseRealTime()
            ->Unit(benchmark::kMicrosecond);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  register_all();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
