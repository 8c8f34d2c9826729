// Work stealing: every worker owns some texts and takes from others what they have not begun. When
// no text is left to take, idle workers join the operators' loops of those that still compute.
// Wins where texts differ much in length, or cores in speed: nobody waits while something is left.
// Loses to groups on batches of short texts: each weight is read once a text.
#include <algorithm>
#include <numeric>
#include <vector>

#include "engine/schedulers/scheduler.h"
#include "engine/schedulers/stealing_team.h"

namespace winnow::engine {
namespace {

class StealScheduler : public Scheduler {
 public:
  explicit StealScheduler(const SchedulerOptions& options) : team_(options) {}

  int workspace_count() const override { return team_.size(); }

  void over_texts(int count, base::FunctionRef<void(int)> body) override {
    team_.run(count, [&](int text, int) { body(text); });
  }

  void over_groups(std::span<const int> lengths,
                   base::FunctionRef<void(std::span<const int>, int)> body) override {
    texts_.resize(lengths.size());
    std::iota(texts_.begin(), texts_.end(), 0);
    std::sort(texts_.begin(), texts_.end(), [&](int a, int b) {
      return lengths[static_cast<size_t>(a)] > lengths[static_cast<size_t>(b)];
    });
    team_.run(static_cast<int>(texts_.size()), [&](int place, int worker) {
      body(std::span(texts_).subspan(static_cast<size_t>(place), 1), worker);
    });
  }

  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override {
    team_.share_out(count, body);
  }

  void over_rows(int count, base::FunctionRef<void(int, int)> body) override {
    team_.share_out(count, body);
  }

 private:
  StealingTeam team_;
  std::vector<int> texts_;  // the longest first
};

}  // namespace

const SchedulerRow steal_row = {
    .name = "steal",
    .summary =
        "persistent workers steal texts from each other; idle ones join the loops inside a "
        "text",
    .wins = "texts that differ much in length, cores that differ in speed: nobody waits for them",
    .loses = "batches of short texts: each weight is read once a text, not once a group",
    .options = "threads affinity spin grain",
    .persistent_threads = true,
    .calling_thread_works = true,
    .threads_per_matmul = [](int) { return 0; },
    .threads_per_batch = [](int) { return 0; },
    .threads_at_start = [](int threads) { return threads - 1; },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      return std::make_unique<StealScheduler>(options);
    }};

}  // namespace winnow::engine
