// Fine-grained: texts one after another; persistent workers, asleep in between, share each matmul.
// Wins on long texts, where a matmul is much longer than two wake-ups.
// Loses on short texts: the workers sleep and wake 96 times a text.
#include "engine/schedulers/one_by_one.h"
#include "engine/schedulers/team.h"

namespace winnow::engine {
namespace {

class PoolOpScheduler : public OneByOneScheduler {
 public:
  explicit PoolOpScheduler(const SchedulerOptions& options) : team_(options, Caller::works) {}

  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override {
    team_.share_out(count, body);
  }

 private:
  Team team_;
};

}  // namespace

const SchedulerRow pool_op_row = {
    .name = "pool_op",
    .summary = "fine-grained: texts one after another; persistent workers sleep between matmuls",
    .wins = "long texts, where a matmul is much longer than two wake-ups",
    .loses = "short texts: the workers sleep and wake 96 times a text",
    .options = "threads affinity grain",
    .persistent_threads = true,
    .calling_thread_works = true,
    .threads_per_matmul = [](int) { return 0; },
    .threads_per_batch = [](int) { return 0; },
    .threads_at_start = [](int threads) { return threads - 1; },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      SchedulerOptions sleeping = options;
      sleeping.spin_ns = 0;
      return std::make_unique<PoolOpScheduler>(sleeping);
    }};

}  // namespace winnow::engine
