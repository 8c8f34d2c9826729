// Fine-grained: texts one after another; persistent workers, who spin in between, share operators.
// Wins on a single text or few: every core helps, and the next operator finds the workers awake.
// Loses on batches (each weight is read once a text) and shared machines (all wait for the last).
#include "engine/schedulers/one_by_one.h"
#include "engine/schedulers/team.h"

namespace winnow::engine {
namespace {

class PoolSpinScheduler : public OneByOneScheduler {
 public:
  explicit PoolSpinScheduler(const SchedulerOptions& options) : team_(options, Caller::works) {}

  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override {
    team_.share_out(count, body);
  }

  void over_rows(int count, base::FunctionRef<void(int, int)> body) override {
    team_.share_out(count, body);
  }

 private:
  Team team_;
};

}  // namespace

const SchedulerRow pool_spin_row = {
    .name = "pool_spin",
    .summary = "fine-grained: texts one after another; persistent workers spin between operators",
    .wins = "a single text or few: every core helps, and finds its next operator awake",
    .loses = "batches (each weight is read once a text) and shared machines",
    .options = "threads affinity spin grain",
    .persistent_threads = true,
    .calling_thread_works = true,
    .threads_per_matmul = [](int) { return 0; },
    .threads_per_batch = [](int) { return 0; },
    .threads_at_start = [](int threads) { return threads - 1; },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      return std::make_unique<PoolSpinScheduler>(options);
    }};

}  // namespace winnow::engine
