#include "engine/schedulers/team.h"
#include "engine/schedulers/whole_texts.h"

namespace winnow::engine {
namespace {

constexpr StrategyWords kPoolQueueWords{
    "coarse-grained: persistent workers take texts from one counter, the longest first",
    "batches of texts of unlike length: nobody is left with a long one at the end",
    "a single text: one core works"};

class PoolQueueScheduler : public LongestFirst {
 public:
  explicit PoolQueueScheduler(const SchedulerOptions& options) : team_(options, Caller::waits) {}

  int workspace_count() const override { return team_.size(); }

 private:
  void hand_out(int count, WorkerBody body) override { take_in_turn(team_, count, body); }

  Team team_;
};

}  // namespace

const SchedulerRow pool_queue_row = row_of<PoolQueueScheduler>("pool_queue", kPoolQueueWords,
                                                               {.options = "threads affinity",
                                                                .calling_thread_works = false,
                                                                .threads_at_start = each_thread});

}  // namespace winnow::engine
