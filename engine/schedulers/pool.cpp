// Coarse-grained: persistent workers, each with a fixed share of the batch's texts; no text is cut.
// Wins on batches of texts of like length: one wake-up a loop, no barrier and no counter inside.
// Loses on a single text (one core works) and where one share is longer than the rest.
#include "engine/schedulers/scheduler.h"
#include "engine/schedulers/team.h"

namespace winnow::engine {
namespace {

class PoolScheduler : public Scheduler {
 public:
  explicit PoolScheduler(const SchedulerOptions& options) : team_(options, Caller::waits) {}

  int workspace_count() const override { return team_.size(); }

  void over_texts(int count, base::FunctionRef<void(int)> body) override {
    over_shares(count, [&](int text, int) { body(text); });
  }

  void over_groups(std::span<const int> lengths,
                   base::FunctionRef<void(std::span<const int>, int)> body) override {
    over_shares(static_cast<int>(lengths.size()),
                [&](int text, int worker) { body(std::span(&text, 1), worker); });
  }

  // Inside a text there is nothing to hand out.
  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override { body(0, count); }

 private:
  // Every n-th text, so that a batch sorted by length is shared evenly.
  void over_shares(int count, base::FunctionRef<void(int, int)> body) {
    if (count == 0) return;
    team_.run([&](int worker) {
      for (int text = worker; text < count; text += team_.size()) body(text, worker);
    });
  }

  Team team_;
};

}  // namespace

const SchedulerRow pool_row = {
    .name = "pool",
    .summary =
        "coarse-grained: persistent workers with fixed shares of the texts; a text runs on one "
        "worker",
    .wins = "batches of texts of like length: one wake-up a loop, nothing shared inside",
    .loses = "a single text, and batches where one share is longer than the rest",
    .options = "threads affinity",
    .persistent_threads = true,
    .calling_thread_works = false,
    .threads_per_matmul = [](int) { return 0; },
    .threads_per_batch = [](int) { return 0; },
    .threads_at_start = [](int threads) { return threads; },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      SchedulerOptions sleeping = options;
      sleeping.spin_ns = 0;  // between batches there may be nothing for long
      return std::make_unique<PoolScheduler>(sleeping);
    }};

}  // namespace winnow::engine
