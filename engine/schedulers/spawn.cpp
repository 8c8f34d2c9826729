#include "engine/schedulers/burst.h"
#include "engine/schedulers/whole_texts.h"

namespace winnow::engine {
namespace {

constexpr StrategyWords kSpawnWords{
    "fine-grained: texts one after another; every matmul creates threads for its tiles",
    "one large matmul that dwarfs the cost of creating threads",
    "short texts: thousands of creations; shared machines: each new thread waits for a core"};

class SpawnScheduler : public OneByOne {
 public:
  explicit SpawnScheduler(const SchedulerOptions& options) : burst_(options.threads) {}

  // All threads, whatever the count: those without a tile have an empty range.
  void over_tiles(int count, RangeBody body) override {
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

const SchedulerRow spawn_row = row_of<SpawnScheduler>("spawn", kSpawnWords,
                                                      {.options = "threads",
                                                       .persistent_threads = false,
                                                       .calling_thread_works = false,
                                                       .threads_per_matmul = each_thread});

}  // namespace winnow::engine
