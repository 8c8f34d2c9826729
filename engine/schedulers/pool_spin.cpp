#include "engine/schedulers/team.h"
#include "engine/schedulers/whole_texts.h"

namespace winnow::engine {
namespace {

// On a shared machine all wait for the last at the end of every operator.
constexpr StrategyWords kPoolSpinWords{
    "fine-grained: texts one after another; persistent workers spin between operators",
    "a single text or few: every core helps, and finds its next operator awake",
    "batches (each weight is read once a text) and shared machines"};

class PoolSpinScheduler : public OneByOne {
 public:
  explicit PoolSpinScheduler(const SchedulerOptions& options) : team_(options, Caller::works) {}

  void over_tiles(int count, RangeBody body) override { team_.share_out(count, body); }
  void over_rows(int count, RangeBody body) override { team_.share_out(count, body); }

 private:
  Team team_;
};

}  // namespace

const SchedulerRow pool_spin_row = row_of<PoolSpinScheduler>(
    "pool_spin", kPoolSpinWords,
    {.options = "threads affinity spin grain", .threads_at_start = each_but_the_caller});

}  // namespace winnow::engine
