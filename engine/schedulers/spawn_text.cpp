#include "engine/schedulers/burst.h"
#include "engine/schedulers/whole_texts.h"

namespace winnow::engine {
namespace {

// Both loops of a batch create threads.
constexpr StrategyWords kSpawnTextWords{
    "coarse-grained: new threads for each batch take one text at a time",
    "large batches, where its creations are lost in the work: no pool to keep",
    "small batches of short texts: creating threads costs as much as the texts"};

class SpawnTextScheduler : public WholeTexts {
 public:
  explicit SpawnTextScheduler(const SchedulerOptions& options) : burst_(options.threads) {}

  int workspace_count() const override { return burst_.size(); }

 private:
  void hand_out(int count, WorkerBody body) override { take_in_turn(burst_, count, body); }

  Burst burst_;
};

}  // namespace

const SchedulerRow spawn_text_row =
    row_of<SpawnTextScheduler>("spawn_text", kSpawnTextWords,
                               {.options = "threads",
                                .persistent_threads = false,
                                .calling_thread_works = false,
                                .threads_per_batch = [](int threads) { return 2 * threads; }});

}  // namespace winnow::engine
