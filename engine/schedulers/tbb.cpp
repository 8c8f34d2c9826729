#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_scheduler_observer.h>
#include <pthread.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/region.h"
#include "engine/schedulers/affinity.h"
#include "engine/schedulers/scheduler.h"
#include "engine/schedulers/worker.h"

namespace winnow::engine {
namespace {

// oneTBB's scheduler cuts and steals tiles and rows as workers become idle; a worker that finds
// none spins before it sleeps.
constexpr StrategyWords kTbbWords{
    "oneTBB's arena: texts are tasks, and their tiles and rows are tasks inside them",
    "programs that run oneTBB anyway; texts that differ much in length",
    "batches of short texts: each weight is read once a text, every loop makes tasks"};

using Range = tbb::blocked_range<int>;

// Names a worker's thread when it enters the arena, and binds it.
class Observer : public tbb::task_scheduler_observer {
 public:
  Observer(tbb::task_arena& arena, std::vector<int> units)
      : task_scheduler_observer(arena), units_(std::move(units)) {
    observe(true);
  }
  ~Observer() override { observe(false); }

  void on_scheduler_entry(bool is_worker) override {
    const int worker = tbb::this_task_arena::current_thread_index();
    if (!is_worker || worker < 0) return;
    name_worker(worker);
    winnow_mark(WINNOW_SEARCHING);
    if (units_.empty()) return;
    try {
      bind_thread(pthread_self(), units_[static_cast<size_t>(worker) % units_.size()]);
    } catch (const std::exception&) {
      // The unit is gone since it was asked for: the thread runs where it may.
    }
  }
  void on_scheduler_exit(bool is_worker) override {
    if (is_worker) winnow_mark(WINNOW_WAITING);
  }

 private:
  const std::vector<int> units_;
};

class TbbScheduler : public Scheduler {
 public:
  explicit TbbScheduler(const SchedulerOptions& options)
      : threads_(options.threads),
        grain_(static_cast<size_t>(std::max(1, options.grain))),
        limit_(tbb::global_control::max_allowed_parallelism, static_cast<size_t>(threads_)),
        arena_(threads_),
        observer_(arena_, processing_units(options.affinity, threads_)) {}

  int workspace_count() const override { return threads_; }

  void over_texts(int count, TextBody body) override {
    arena_.execute([&] {
      tbb::parallel_for(0, count, [&](int text) {
        const Computing mark;
        body(text);
      });
    });
  }

  void over_groups(std::span<const int> lengths, GroupBody body) override {
    const auto run_text = [&](int text) {
      const Computing mark;
      body(std::span(&text, 1), tbb::this_task_arena::current_thread_index());
    };
    arena_.execute([&] {
      tbb::parallel_for(0, static_cast<int>(lengths.size()), run_text, tbb::simple_partitioner());
    });
  }

  void over_tiles(int count, RangeBody body) override { share_loop(count, body); }
  void over_rows(int count, RangeBody body) override { share_loop(count, body); }

 private:
  // Isolated: a worker that waits for the rest of its loop must not begin another text, which would
  // take the same workspace.
  void share_loop(int count, RangeBody body) {
    const auto run_range = [&](const Range& range) {
      const Computing mark;
      body(range.begin(), range.end());
    };
    arena_.execute([&] {
      tbb::this_task_arena::isolate([&] { tbb::parallel_for(Range(0, count, grain_), run_range); });
    });
  }

  const int threads_;
  const size_t grain_;
  const tbb::global_control limit_;  // else the machine's cores bound the threads of an arena
  tbb::task_arena arena_;
  Observer observer_;
};

}  // namespace

const SchedulerRow tbb_row = row_of<TbbScheduler>(
    "tbb", kTbbWords,
    {.options = "threads affinity grain", .threads_at_start = each_but_the_caller});

}  // namespace winnow::engine
