#include "engine/schedulers/team.h"
#include "engine/schedulers/whole_texts.h"

namespace winnow::engine {
namespace {

// No text is cut: no barrier and no counter inside.
constexpr StrategyWords kPoolWords{
    "coarse-grained: persistent workers with fixed shares of the texts; a text runs on one worker",
    "batches of texts of like length: one wake-up a loop, nothing shared inside",
    "a single text, and batches where one share is longer than the rest"};

class PoolScheduler : public WholeTexts {
 public:
  explicit PoolScheduler(const SchedulerOptions& options) : team_(options, Caller::waits) {}

  int workspace_count() const override { return team_.size(); }

 private:
  // Every n-th text, so that a batch sorted by length is shared evenly.
  void hand_out(int count, WorkerBody body) override {
    if (count == 0) return;
    team_.run([&](int worker) {
      for (int text = worker; text < count; text += team_.size()) body(text, worker);
    });
  }

  Team team_;
};

}  // namespace

const SchedulerRow pool_row = row_of<PoolScheduler>("pool", kPoolWords,
                                                    {.options = "threads affinity",
                                                     .calling_thread_works = false,
                                                     .threads_at_start = each_thread});

}  // namespace winnow::engine
