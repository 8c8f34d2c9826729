// Fine-grained: every matmul creates its threads, splits its tiles among them and joins them.
// Wins where one large matmul dwarfs the cost of creating threads (one long text at a time).
// Loses on batches of short texts, thousands of creations, and on a shared machine, where each new
// thread waits for a core.
#include "engine/schedulers/burst.h"
#include "engine/schedulers/one_by_one.h"

namespace winnow::engine {
namespace {

class SpawnScheduler : public OneByOneScheduler {
 public:
  explicit SpawnScheduler(int threads) : burst_(threads) {}

  // All threads, whatever the count: those without a tile have an empty range.
  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override {
    const int64_t threads = burst_.size();
    burst_.run([&](int thread) {
      const int begin = static_cast<int>(count * int64_t{thread} / threads);
      const int end = static_cast<int>(count * (int64_t{thread} + 1) / threads);
      if (begin < end) body(begin, end);
    });
  }

 private:
  Burst burst_;
};

}  // namespace

const SchedulerRow spawn_row = {
    .name = "spawn",
    .summary = "fine-grained: texts one after another; every matmul creates threads for its tiles",
    .wins = "one large matmul that dwarfs the cost of creating threads",
    .loses =
        "short texts: thousands of creations; shared machines: each new thread waits for a core",
    .options = "threads",
    .persistent_threads = false,
    .calling_thread_works = false,
    .threads_per_matmul = [](int threads) { return threads; },
    .threads_per_batch = [](int) { return 0; },
    .threads_at_start = [](int) { return 0; },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      return std::make_unique<SpawnScheduler>(options.threads);
    }};

}  // namespace winnow::engine
