// Groups of texts, equal in tokens, one worker each; what is uneven, or too little for all workers,
// is a group whose loops the others join as they become idle.
// Wins on batches: each weight is read once a group, and no worker waits for another in between.
// Loses to packed where memory is too slow for every worker to read the weights by itself.
#include <vector>

#include "engine/schedulers/groups.h"
#include "engine/schedulers/scheduler.h"
#include "engine/schedulers/stealing_team.h"

namespace winnow::engine {
namespace {

// Their activations, 27 kB a token, pass through a second-level cache operator by operator, and
// reading the weights costs little beside so many rows. Groups of 80 to 160 tokens are as fast.
constexpr int kGroupTokens = 128;

class HybridScheduler : public Scheduler {
 public:
  explicit HybridScheduler(const SchedulerOptions& options) : team_(options) {}

  int workspace_count() const override { return team_.size(); }

  void over_texts(int count, base::FunctionRef<void(int)> body) override {
    team_.run(count, [&](int text, int) { body(text); });
  }

  void over_groups(std::span<const int> lengths,
                   base::FunctionRef<void(std::span<const int>, int)> body) override {
    plan_.make(lengths, team_.size(), kGroupTokens);
    groups_.clear();
    const std::span<const int> shared = plan_.shared();
    for (size_t begin = 0, end; begin < shared.size(); begin = end) {
      end = pass_end(lengths, shared, begin);
      groups_.push_back(shared.subspan(begin, end - begin));
    }
    for (int i = 0; i < plan_.group_count(); ++i) groups_.push_back(plan_.group(i));
    team_.run(static_cast<int>(groups_.size()),
              [&](int group, int worker) { body(groups_[static_cast<size_t>(group)], worker); });
  }

  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override {
    team_.share_out(count, body);
  }

  void over_rows(int count, base::FunctionRef<void(int, int)> body) override {
    team_.share_out(count, body);
  }

 private:
  StealingTeam team_;
  GroupPlan plan_;
  std::vector<std::span<const int>> groups_;  // the shared ones first, then the plan's
};

}  // namespace

const SchedulerRow hybrid_row = {
    .name = "hybrid",
    .summary =
        "groups of texts, equal in tokens, are stolen like texts; idle workers join the loops "
        "inside a group",
    .wins = "batches: each weight is read once a group, and no worker waits for another in between",
    .loses =
        "where memory is too slow for every worker to read the weights by itself: packed "
        "reads them once",
    .options = "threads affinity spin grain",
    .persistent_threads = true,
    .calling_thread_works = true,
    .threads_per_matmul = [](int) { return 0; },
    .threads_per_batch = [](int) { return 0; },
    .threads_at_start = [](int threads) { return threads - 1; },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      return std::make_unique<HybridScheduler>(options);
    }};

}  // namespace winnow::engine
