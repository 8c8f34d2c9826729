// Coarse-grained: persistent workers take whole texts from one counter, the longest text first.
// Wins on batches of texts of unlike length: no worker is left with a long one at the end.
// Loses on a single text: one core works.
#include <algorithm>
#include <atomic>
#include <numeric>
#include <vector>

#include "engine/schedulers/scheduler.h"
#include "engine/schedulers/team.h"

namespace winnow::engine {
namespace {

class PoolQueueScheduler : public Scheduler {
 public:
  explicit PoolQueueScheduler(const SchedulerOptions& options) : team_(options, Caller::waits) {}

  int workspace_count() const override { return team_.size(); }

  void over_texts(int count, base::FunctionRef<void(int)> body) override {
    take_in_turn(count, [&](int text, int) { body(text); });
  }

  // Graham's longest-processing-time rule (1969): at most a third worse than the best deal.
  void over_groups(std::span<const int> lengths,
                   base::FunctionRef<void(std::span<const int>, int)> body) override {
    order_.resize(lengths.size());
    std::iota(order_.begin(), order_.end(), 0);
    std::sort(order_.begin(), order_.end(), [&](int a, int b) {
      const int length_a = lengths[static_cast<size_t>(a)];
      const int length_b = lengths[static_cast<size_t>(b)];
      return length_a != length_b ? length_a > length_b : a < b;
    });
    take_in_turn(static_cast<int>(order_.size()), [&](int i, int worker) {
      body(std::span(order_).subspan(static_cast<size_t>(i), 1), worker);
    });
  }

  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override { body(0, count); }

 private:
  void take_in_turn(int count, base::FunctionRef<void(int item, int worker)> body) {
    if (count == 0) return;
    std::atomic<int> next = 0;
    team_.run([&](int worker) {
      for (int item; (item = next.fetch_add(1, std::memory_order_relaxed)) < count;)
        body(item, worker);
    });
  }

  Team team_;
  std::vector<int> order_;  // the longest text first
};

}  // namespace

const SchedulerRow pool_queue_row = {
    .name = "pool_queue",
    .summary = "coarse-grained: persistent workers take texts from one counter, the longest first",
    .wins = "batches of texts of unlike length: nobody is left with a long one at the end",
    .loses = "a single text: one core works",
    .options = "threads affinity",
    .persistent_threads = true,
    .calling_thread_works = false,
    .threads_per_matmul = [](int) { return 0; },
    .threads_per_batch = [](int) { return 0; },
    .threads_at_start = [](int threads) { return threads; },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      SchedulerOptions sleeping = options;
      sleeping.spin_ns = 0;  // between batches there may be nothing for long
      return std::make_unique<PoolQueueScheduler>(sleeping);
    }};

}  // namespace winnow::engine
