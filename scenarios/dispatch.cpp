#include "scenarios/dispatch.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>

namespace winnow::scenarios {
namespace {

using Clock = std::chrono::steady_clock;

// Hands every loop on and counts it. Loops may come from several threads.
class CountingScheduler : public engine::Scheduler {
 public:
  explicit CountingScheduler(engine::Scheduler& scheduler) : scheduler_(scheduler) {}

  int workspace_count() const override { return scheduler_.workspace_count(); }
  void over_texts(int count, engine::TextBody body) override {
    ++texts;
    scheduler_.over_texts(count, body);
  }
  void over_groups(std::span<const int> lengths, engine::GroupBody body) override {
    ++groups;
    scheduler_.over_groups(lengths, body);
  }
  void over_tiles(int count, engine::RangeBody body) override {
    ++tiles;
    scheduler_.over_tiles(count, body);
  }
  void over_rows(int count, engine::RangeBody body) override {
    ++rows;
    scheduler_.over_rows(count, body);
  }

  std::atomic<int64_t> texts = 0, groups = 0, tiles = 0, rows = 0;

 private:
  engine::Scheduler& scheduler_;
};

}  // namespace

LoopTime time_loop(int samples, base::FunctionRef<void()> before, base::FunctionRef<void()> loop) {
  std::vector<int64_t> times;
  for (int i = 0; i < samples; ++i) {
    before();
    const auto start = Clock::now();
    loop();
    times.push_back(
        std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  const auto quantile = [&](size_t percent) { return times[(times.size() - 1) * percent / 100]; };
  return {quantile(50), quantile(99)};
}

void inside_group(engine::Scheduler& scheduler, base::FunctionRef<void()> body) {
  constexpr int kOneText[] = {1};
  scheduler.over_groups(kOneText, [&](std::span<const int>, int) { body(); });
}

std::vector<LoopCost> loop_costs(engine::Scheduler& scheduler, int threads, int samples) {
  const auto nothing = [] {};
  const auto range = [](int, int) {};
  const std::vector<int> lengths(static_cast<size_t>(threads), 1);
  std::vector<LoopCost> costs = {{"texts", &LoopCounts::texts, {}},
                                 {"groups", &LoopCounts::groups, {}},
                                 {"tiles", &LoopCounts::tiles, {}},
                                 {"rows", &LoopCounts::rows, {}}};
  costs[0].empty = time_loop(samples, nothing, [&] { scheduler.over_texts(threads, [](int) {}); });
  costs[1].empty = time_loop(
      samples, nothing, [&] { scheduler.over_groups(lengths, [](std::span<const int>, int) {}); });
  inside_group(scheduler, [&] {
    costs[2].empty = time_loop(samples, nothing, [&] { scheduler.over_tiles(threads, range); });
    costs[3].empty = time_loop(samples, nothing, [&] { scheduler.over_rows(threads, range); });
  });
  return costs;
}

LoopCounts count_loops(engine::Scheduler& scheduler,
                       base::FunctionRef<void(engine::Scheduler&)> embed) {
  CountingScheduler counting(scheduler);
  embed(counting);
  return {counting.texts, counting.groups, counting.tiles, counting.rows};
}

}  // namespace winnow::scenarios
