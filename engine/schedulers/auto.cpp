#include <algorithm>
#include <numeric>
#include <vector>

#include "engine/schedulers/choice.h"
#include "engine/schedulers/scheduler.h"

namespace winnow::engine {
namespace {

// The table is in choice.cpp.
constexpr StrategyWords kAutoWords{
    "each batch by the strategy that a small measured table names: packed, steal or hybrid",
    "where batches differ in size from call to call",
    "nothing but sleeping threads, as far as its table fits the machine"};

class AutoScheduler : public Scheduler {
 public:
  explicit AutoScheduler(const SchedulerOptions& options) : threads_(options.threads) {
    for (const Choice& choice : choices())
      strategies_.push_back({&choice, choice.strategy->make(options)});
    chosen_ = strategies_.front().scheduler.get();
  }

  int workspace_count() const override {
    int count = 0;
    for (const Strategy& strategy : strategies_)
      count = std::max(count, strategy.scheduler->workspace_count());
    return count;
  }

  void over_texts(int count, TextBody body) override {
    take(count, 0);
    chosen_->over_texts(count, body);
  }

  void over_groups(std::span<const int> lengths, GroupBody body) override {
    take(static_cast<int>(lengths.size()),
         std::accumulate(lengths.begin(), lengths.end(), int64_t{0}));
    chosen_->over_groups(lengths, body);
  }

  void over_tiles(int count, RangeBody body) override { chosen_->over_tiles(count, body); }

  void over_rows(int count, RangeBody body) override { chosen_->over_rows(count, body); }

 private:
  struct Strategy {
    const Choice* choice;
    std::unique_ptr<Scheduler> scheduler;
  };

  void take(int texts, int64_t tokens) {
    const Choice* choice = &choose(texts, tokens, threads_);
    for (const Strategy& strategy : strategies_)
      if (strategy.choice == choice) chosen_ = strategy.scheduler.get();
  }

  const int threads_;
  std::vector<Strategy> strategies_;  // one a row of the table
  Scheduler* chosen_;                 // for this batch; changed between loops only
};

int all_threads(int threads) {
  int sum = 0;
  for (const Choice& choice : choices()) sum += choice.strategy->threads_at_start(threads);
  return sum;
}

}  // namespace

const SchedulerRow auto_row = row_of<AutoScheduler>(
    "auto", kAutoWords,
    {.options = "threads affinity spin grain", .threads_at_start = all_threads});

}  // namespace winnow::engine
