// Groups of texts, equal in tokens, one worker each: no worker waits for another inside a group.
// Texts that cannot be dealt out evenly are one matrix that all workers share, as in packed.
// Wins on batches: each weight is read once a group, and workers meet once a batch, not per
// operator. Loses a little on batches of a few texts, where packed shares what it deals out
// unevenly.
#include <atomic>
#include <cstdlib>
#include <vector>

#include "engine/schedulers/groups.h"
#include "engine/schedulers/scheduler.h"
#include "engine/schedulers/team.h"

namespace winnow::engine {
namespace {

const int kGroupTokens = std::getenv("GROUP") ? std::atoi(std::getenv("GROUP")) : 256;

class HybridScheduler : public Scheduler {
 public:
  explicit HybridScheduler(const SchedulerOptions& options) : team_(options, Caller::works) {}

  int workspace_count() const override { return team_.size(); }

  void over_texts(int count, base::FunctionRef<void(int)> body) override {
    team_.share_out(count, [&](int begin, int end) {
      for (int text = begin; text < end; ++text) body(text);
    });
  }

  void over_groups(std::span<const int> lengths,
                   base::FunctionRef<void(std::span<const int>, int)> body) override {
    plan_.make(lengths, team_.size(), kGroupTokens);
    const std::span<const int> shared = plan_.shared();
    for (size_t begin = 0, end; begin < shared.size(); begin = end) {
      end = pass_end(lengths, shared, begin);
      body(shared.subspan(begin, end - begin), 0);
    }
    if (plan_.group_count() == 0) return;
    std::atomic<int> next = 0;
    alone_ = true;
    try {
      team_.run([&](int worker) {
        for (int i; (i = next.fetch_add(1)) < plan_.group_count();) body(plan_.group(i), worker);
      });
    } catch (...) {
      alone_ = false;
      throw;
    }
    alone_ = false;
  }

  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override {
    share_unless_alone(count, body);
  }

  void over_rows(int count, base::FunctionRef<void(int, int)> body) override {
    share_unless_alone(count, body);
  }

 private:
  void share_unless_alone(int count, base::FunctionRef<void(int, int)> body) {
    if (alone_)
      body(0, count);
    else
      team_.share_out(count, body);
  }

  Team team_;
  GroupPlan plan_;
  bool alone_ = false;  // each worker has a group of its own; changed between loops only
};

}  // namespace

const SchedulerRow hybrid_row = {
    .name = "hybrid",
    .summary =
        "groups of texts, equal in tokens, one worker each; what is uneven is shared as in "
        "packed",
    .wins = "batches: each weight is read once a group, and workers meet once a batch",
    .loses = "a few texts of like length: packed shares evenly what groups deal out unevenly",
    .options = "threads affinity spin grain",
    .persistent_threads = true,
    .calling_thread_works = true,
    .threads_per_matmul = [](int) { return 0; },
    .threads_per_batch = [](int) { return 0; },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      return std::make_unique<HybridScheduler>(options);
    }};

}  // namespace winnow::engine
