// Coarse-grained without a pool: both loops of a batch create threads, which take texts in turn.
// Wins on large batches, where its creations are lost in the work: there is no pool to keep.
// Loses on small batches of short texts, where creating threads costs as much as the texts.
#include <atomic>

#include "engine/schedulers/burst.h"
#include "engine/schedulers/scheduler.h"

namespace winnow::engine {
namespace {

class SpawnTextScheduler : public Scheduler {
 public:
  explicit SpawnTextScheduler(int threads) : burst_(threads) {}

  int workspace_count() const override { return burst_.size(); }

  void over_texts(int count, base::FunctionRef<void(int)> body) override {
    in_turn(count, [&](int text, int) { body(text); });
  }

  void over_groups(std::span<const int> lengths,
                   base::FunctionRef<void(std::span<const int>, int)> body) override {
    in_turn(static_cast<int>(lengths.size()),
            [&](int text, int thread) { body(std::span(&text, 1), thread); });
  }

  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override { body(0, count); }

 private:
  void in_turn(int count, base::FunctionRef<void(int text, int thread)> body) {
    if (count == 0) return;
    std::atomic<int> next = 0;
    burst_.run([&](int thread) {
      for (int text; (text = next.fetch_add(1, std::memory_order_relaxed)) < count;)
        body(text, thread);
    });
  }

  Burst burst_;
};

}  // namespace

const SchedulerRow spawn_text_row = {
    .name = "spawn_text",
    .summary = "coarse-grained: new threads for each batch take one text at a time",
    .wins = "large batches, where its creations are lost in the work: no pool to keep",
    .loses = "small batches of short texts: creating threads costs as much as the texts",
    .options = "threads",
    .persistent_threads = false,
    .calling_thread_works = false,
    .threads_per_matmul = [](int) { return 0; },
    .threads_per_batch = [](int threads) { return 2 * threads; },
    .threads_at_start = [](int) { return 0; },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      return std::make_unique<SpawnTextScheduler>(options.threads);
    }};

}  // namespace winnow::engine
