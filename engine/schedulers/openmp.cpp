// OpenMP's own threads and dynamic schedule: over texts when every thread gets one, else over the
// tiles and rows of one pass for all texts.
// Wins where a program runs OpenMP anyway: no second set of threads, and its environment variables
// (OMP_PROC_BIND, OMP_WAIT_POLICY) apply.
// Loses on the last texts of a batch, where threads without a text help nobody, and on a shared
// machine: libgomp's barriers spin for long unless OMP_WAIT_POLICY is passive.
#include <omp.h>
#include <pthread.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/region.h"
#include "engine/schedulers/groups.h"
#include "engine/schedulers/scheduler.h"

namespace winnow::engine {
namespace {

class OpenmpScheduler : public Scheduler {
 public:
  explicit OpenmpScheduler(const SchedulerOptions& options)
      : threads_(options.threads), grain_(options.grain) {
#pragma omp parallel num_threads(threads_)
    if (omp_get_thread_num() > 0)
      pthread_setname_np(pthread_self(),
                         ("worker " + std::to_string(omp_get_thread_num())).c_str());
  }

  int workspace_count() const override { return threads_; }

  void over_texts(int count, base::FunctionRef<void(int)> body) override {
    loop(count, 1, [&](int begin, int, int) { body(begin); });
  }

  void over_groups(std::span<const int> lengths,
                   base::FunctionRef<void(std::span<const int>, int)> body) override {
    texts_.resize(lengths.size());
    std::iota(texts_.begin(), texts_.end(), 0);
    const std::span<const int> texts = texts_;
    if (lengths.size() >= static_cast<size_t>(threads_))
      return loop(static_cast<int>(texts.size()), 1, [&](int text, int, int thread) {
        body(texts.subspan(static_cast<size_t>(text), 1), thread);
      });
    for (size_t begin = 0, end; begin < texts.size(); begin = end) {
      end = pass_end(lengths, texts, begin);
      body(texts.subspan(begin, end - begin), 0);
    }
  }

  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override {
    share_loop(count, body);
  }
  void over_rows(int count, base::FunctionRef<void(int, int)> body) override {
    share_loop(count, body);
  }

 private:
  void share_loop(int count, base::FunctionRef<void(int, int)> body) {
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
#pragma omp for schedule(dynamic) nowait
      for (int begin = 0; begin < count; begin += grain) {
        try {
          body(begin, std::min(begin + grain, count), omp_get_thread_num());
        } catch (...) {
          std::lock_guard lock(error_mutex_);
          if (!error_) error_ = std::current_exception();
        }
      }
      winnow_mark(WINNOW_WAITING);
    }
    winnow_mark(outer);
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

  const int threads_;
  const int grain_;
  std::vector<int> texts_;
  std::mutex error_mutex_;
  std::exception_ptr error_;  // the first of a loop
};

}  // namespace

const SchedulerRow openmp_row = {
    .name = "openmp",
    .summary = "OpenMP's threads and dynamic schedule: over texts, or tiles when texts are few",
    .wins = "programs that run OpenMP anyway: no second set of threads",
    .loses =
        "the last texts of a batch: threads without one help nobody; barriers on a shared machine",
    .options = "threads grain",
    .persistent_threads = true,
    .calling_thread_works = true,
    .threads_per_matmul = [](int) { return 0; },
    .threads_per_batch = [](int) { return 0; },
    .threads_at_start = [](int threads) { return threads - 1; },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      return std::make_unique<OpenmpScheduler>(options);
    }};

}  // namespace winnow::engine
