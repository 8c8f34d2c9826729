#include <vector>

#include "engine/schedulers/groups.h"
#include "engine/schedulers/scheduler.h"
#include "engine/schedulers/stealing_team.h"

namespace winnow::engine {
namespace {

// What is uneven, or too little for all workers, is a group whose loops the others join as they
// become idle. No worker waits for another in between.
constexpr StrategyWords kHybridWords{
    "groups of texts, equal in tokens, are stolen like texts; idle workers join the loops inside a "
    "group",
    "batches: each weight is read once a group, and no worker waits for another in between",
    "where memory is too slow for every worker to read the weights by itself: packed reads them "
    "once"};

// Their activations, 27 kB a token, pass through a second-level cache operator by operator, and
// reading the weights costs little beside so many rows. Groups of 80 to 160 tokens are as fast.
constexpr int kGroupTokens = 128;

class HybridScheduler : public Scheduler {
 public:
  explicit HybridScheduler(const SchedulerOptions& options) : team_(options) {}

  int workspace_count() const override { return team_.size(); }

  void over_texts(int count, TextBody body) override {
    team_.run(count, [&](int text, int) { body(text); });
  }

  void over_groups(std::span<const int> lengths, GroupBody body) override {
    plan_.make(lengths, team_.size(), kGroupTokens);
    groups_.clear();
    over_passes(lengths, plan_.shared(),
                [&](std::span<const int> texts) { groups_.push_back(texts); });
    for (int i = 0; i < plan_.group_count(); ++i) groups_.push_back(plan_.group(i));
    team_.run(static_cast<int>(groups_.size()),
              [&](int group, int worker) { body(groups_[static_cast<size_t>(group)], worker); });
  }

  void over_tiles(int count, RangeBody body) override { team_.share_out(count, body); }

  void over_rows(int count, RangeBody body) override { team_.share_out(count, body); }

 private:
  StealingTeam team_;
  GroupPlan plan_;
  std::vector<std::span<const int>> groups_;  // the shared ones first, then the plan's
};

}  // namespace

const SchedulerRow hybrid_row = row_of<HybridScheduler>(
    "hybrid", kHybridWords,
    {.options = "threads affinity spin grain", .threads_at_start = each_but_the_caller});

}  // namespace winnow::engine
