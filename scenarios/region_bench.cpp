// The cost of one parallel region in each variant: what a strategy pays to hand an operator's
// tiles, or a batch's texts, to its threads and to have them all back, with nothing to compute.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "engine/schedulers/scheduler.h"

namespace {

using winnow::engine::SchedulerRow;

void tiles_region(benchmark::State& state, const SchedulerRow& row, int threads) {
  const auto scheduler = row.make({threads});
  for (auto _ : state)
    scheduler->over_tiles(threads,
                          [](int begin, int end) { benchmark::DoNotOptimize(begin + end); });
}

void texts_region(benchmark::State& state, const SchedulerRow& row, int threads) {
  const auto scheduler = row.make({threads});
  for (auto _ : state)
    scheduler->over_texts(threads, [](int text) { benchmark::DoNotOptimize(text); });
}

void register_all() {
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  for (const SchedulerRow& row : winnow::engine::scheduler_rows())
    for (const int threads : std::set<int>{1, 2, cores}) {
      const auto add = [&](const char* loop, auto function) {
        benchmark::RegisterBenchmark(
            fmt::format("region/{}/{}/threads:{}", row.name, loop, threads).c_str(),
            [=, &row](benchmark::State& state) { function(state, row, threads); })
            ->UseRealTime();
      };
      add("tiles", tiles_region);
      add("texts", texts_region);
    }
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
