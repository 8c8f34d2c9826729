// Packed or hybrid, whichever a small measured table names for the batch at hand.
// Wins where batches differ in size from call to call.
// Loses nothing but a second set of sleeping threads, as far as the table fits the machine.
#include <algorithm>

#include "engine/schedulers/scheduler.h"

namespace winnow::engine {
namespace {

// From so many texts a thread on, groups of texts on their own workers are faster than one matrix
// that all share. Measured with scenarios/sweep.toml, 4 cores of an AMD EPYC (Zen 5, AVX-512 VNNI),
// texts of 6 to 60 tokens: docs/sweep-report.md tells how to measure another machine.
constexpr int kTextsAThreadForGroups = 2;

class AutoScheduler : public Scheduler {
 public:
  explicit AutoScheduler(const SchedulerOptions& options)
      : threads_(options.threads),
        packed_(packed_row.make(options)),
        hybrid_(hybrid_row.make(options)),
        chosen_(packed_.get()) {}

  int workspace_count() const override {
    return std::max(packed_->workspace_count(), hybrid_->workspace_count());
  }

  void over_texts(int count, base::FunctionRef<void(int)> body) override {
    choose(count);
    chosen_->over_texts(count, body);
  }

  void over_groups(std::span<const int> lengths,
                   base::FunctionRef<void(std::span<const int>, int)> body) override {
    choose(static_cast<int>(lengths.size()));
    chosen_->over_groups(lengths, body);
  }

  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override {
    chosen_->over_tiles(count, body);
  }

  void over_rows(int count, base::FunctionRef<void(int, int)> body) override {
    chosen_->over_rows(count, body);
  }

 private:
  void choose(int texts) {
    const bool groups = texts >= kTextsAThreadForGroups * threads_;
    chosen_ = groups ? hybrid_.get() : packed_.get();
  }

  const int threads_;
  const std::unique_ptr<Scheduler> packed_, hybrid_;
  Scheduler* chosen_;  // for this batch; changed between loops only
};

}  // namespace

const SchedulerRow auto_row = {
    .name = "auto",
    .summary = "packed for a few texts, hybrid for more, by a small measured table",
    .wins = "where batches differ in size from call to call",
    .loses = "nothing but sleeping threads, as far as its table fits the machine",
    .options = "threads affinity spin grain",
    .persistent_threads = true,
    .calling_thread_works = true,
    .threads_per_matmul = [](int) { return 0; },
    .threads_per_batch = [](int) { return 0; },
    .threads_at_start = [](int threads) { return 2 * (threads - 1); },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      return std::make_unique<AutoScheduler>(options);
    }};

}  // namespace winnow::engine
