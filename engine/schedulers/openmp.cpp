#include <omp.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "base/region.h"
#include "engine/schedulers/groups.h"
#include "engine/schedulers/scheduler.h"
#include "engine/schedulers/worker.h"

namespace winnow::engine {
namespace {

// Over texts when every thread gets one, else over the tiles and rows of one pass for all texts.
// OpenMP's environment variables (OMP_PROC_BIND, OMP_WAIT_POLICY) apply to a program that gets
// them, which the harness's do not; libgomp's barriers spin for long unless OMP_WAIT_POLICY is
// passive. OMP_THREAD_LIMIT and OMP_DYNAMIC may give a loop fewer threads than it asks for, so the
// teams are counted.
constexpr StrategyWords kOpenMpWords{
    "OpenMP's threads and dynamic schedule: over texts, or tiles when texts are few",
    "programs that run OpenMP anyway: no second set of threads",
    "the last texts of a batch: threads without one help nobody; barriers on a shared machine"};

class OpenmpScheduler : public Scheduler {
 public:
  explicit OpenmpScheduler(const SchedulerOptions& options)
      : threads_(options.threads), grain_(options.grain) {
#pragma omp parallel num_threads(threads_)
    {
      count_team();
      if (omp_get_thread_num() > 0) name_worker(omp_get_thread_num());
    }
  }

  int workspace_count() const override { return threads_; }

  void over_texts(int count, TextBody body) override {
    loop(count, 1, [&](int begin, int, int) { body(begin); });
  }

  void over_groups(std::span<const int> lengths, GroupBody body) override {
    const std::span<const int> texts = in_order(lengths, texts_);
    if (lengths.size() >= static_cast<size_t>(threads_))
      return loop(static_cast<int>(texts.size()), 1, [&](int text, int, int thread) {
        body(texts.subspan(static_cast<size_t>(text), 1), thread);
      });
    over_passes(lengths, texts, [&](std::span<const int> pass) { body(pass, 0); });
  }

  void over_tiles(int count, RangeBody body) override { share_loop(count, body); }
  void over_rows(int count, RangeBody body) override { share_loop(count, body); }

  std::optional<TeamSizes> team_sizes() const override { return teams_; }

 private:
  // By each thread of a team; the first one counts, and no other writes.
  void count_team() {
    if (omp_get_thread_num() > 0) return;
    const int size = omp_get_num_threads();
    teams_.fewest = std::min(teams_.fewest, size);
    teams_.most = std::max(teams_.most, size);
  }

  void share_loop(int count, RangeBody body) {
    if (omp_in_parallel() != 0) return body(0, count);  // of a text that has a thread of its own
    constexpr int kRangesAThread = 3;  // a core that is slowed down leaves some to the others
    const int grain = grain_ > 0 ? grain_ : std::max(1, count / (threads_ * kRangesAThread));
    loop(count, grain, [&](int begin, int end, int) { body(begin, end); });
  }

  // body(begin, end, thread) for ranges of `grain`. No exception may leave a parallel region.
  template <class Body>
  void loop(int count, int grain, const Body& body) {
    const auto outer = winnow_mark(WINNOW_SIGNALLING);
#pragma omp parallel num_threads(threads_)
    {
      winnow_mark(WINNOW_COMPUTING);
      count_team();
#pragma omp for schedule(dynamic) nowait
      for (int begin = 0; begin < count; begin += grain) {
        try {
          body(begin, std::min(begin + grain, count), omp_get_thread_num());
        } catch (...) {
          error_.keep();
        }
      }
      winnow_mark(WINNOW_WAITING);
    }
    winnow_mark(outer);
    error_.rethrow();
  }

  const int threads_;
  const int grain_;
  TeamSizes teams_{std::numeric_limits<int>::max(), 0};
  std::vector<int> texts_;
  FirstError error_;
};

}  // namespace

const SchedulerRow openmp_row = row_of<OpenmpScheduler>(
    "openmp", kOpenMpWords, {.options = "threads grain", .threads_at_start = each_but_the_caller});

}  // namespace winnow::engine
