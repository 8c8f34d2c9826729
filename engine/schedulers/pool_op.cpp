#include "engine/schedulers/team.h"
#include "engine/schedulers/whole_texts.h"

namespace winnow::engine {
namespace {

constexpr StrategyWords kPoolOpWords{
    "fine-grained: texts one after another; persistent workers sleep between matmuls",
    "long texts, where a matmul is much longer than two wake-ups",
    "short texts: the workers sleep and wake 96 times a text"};

class PoolOpScheduler : public OneByOne {
 public:
  explicit PoolOpScheduler(const SchedulerOptions& options)
      : team_(options.without_spin(), Caller::works) {}

  void over_tiles(int count, RangeBody body) override { team_.share_out(count, body); }

 private:
  Team team_;
};

}  // namespace

const SchedulerRow pool_op_row = row_of<PoolOpScheduler>(
    "pool_op", kPoolOpWords,
    {.options = "threads affinity grain", .threads_at_start = each_but_the_caller});

}  // namespace winnow::engine
