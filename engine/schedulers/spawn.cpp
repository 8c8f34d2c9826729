// Fine-grained: every matmul creates its threads, splits its tiles among them and joins them.
// Wins where one large matmul dwarfs the cost of creating threads (one long text at a time).
// Loses on batches of short texts: thousands of creations, and idle cores between the matmuls.
#include <exception>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/region.h"
#include "engine/schedulers/scheduler.h"

namespace winnow::engine {
namespace {

class SpawnScheduler : public Scheduler {
 public:
  explicit SpawnScheduler(int threads) : errors_(static_cast<size_t>(threads)) {
    threads_.reserve(errors_.size());
  }

  int workspace_count() const override { return 1; }

  void over_texts(int count, base::FunctionRef<void(int)> body) override {
    one_after_another(count, body);
  }

  void over_groups(std::span<const int> lengths,
                   base::FunctionRef<void(std::span<const int>, int)> body) override {
    one_after_another(static_cast<int>(lengths.size()),
                      [&](int text) { body(std::span(&text, 1), 0); });
  }

  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override {
    const auto outer = winnow_mark(WINNOW_SIGNALLING);
    std::exception_ptr error = create_threads(count, body);
    winnow_mark(WINNOW_WAITING);
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    winnow_mark(outer);
    for (std::exception_ptr& thrown : errors_) {
      if (!error) error = thrown;
      thrown = nullptr;
    }
    if (error) std::rethrow_exception(error);
  }

 private:
  void one_after_another(int count, base::FunctionRef<void(int)> body) {
    const auto outer = winnow_mark(WINNOW_COMPUTING);
    try {
      for (int text = 0; text < count; ++text) body(text);
    } catch (...) {
      winnow_mark(outer);
      throw;
    }
    winnow_mark(outer);
  }

  // All threads, whatever the count: those without a tile have an empty range. Gives the error of a
  // creation that failed; the threads before it run and are joined like any others.
  std::exception_ptr create_threads(int count, base::FunctionRef<void(int, int)> body) {
    const int64_t threads = static_cast<int64_t>(errors_.size());
    try {
      for (int64_t i = 0; i < threads; ++i) {
        const int begin = static_cast<int>(count * i / threads);
        const int end = static_cast<int>(count * (i + 1) / threads);
        threads_.emplace_back([this, i, begin, end, body] {
          winnow_mark(WINNOW_COMPUTING);
          try {
            if (begin < end) body(begin, end);
          } catch (...) {
            errors_[static_cast<size_t>(i)] = std::current_exception();
          }
          winnow_mark(WINNOW_OTHER);
        });
      }
    } catch (const std::exception& failure) {
      return std::make_exception_ptr(base::Error("cannot create a thread", failure.what()));
    }
    return nullptr;
  }

  std::vector<std::thread> threads_;
  std::vector<std::exception_ptr> errors_;  // one for each thread
};

}  // namespace

const SchedulerRow spawn_row = {
    .name = "spawn",
    .summary =
        "fine-grained: texts one after another; every matmul creates threads for its tiles and "
        "joins them",
    .wins = "one large matmul that dwarfs the cost of creating threads",
    .loses = "batches of short texts: thousands of creations, idle cores between the matmuls",
    .options = "threads",
    .persistent_threads = false,
    .calling_thread_works = false,
    .threads_per_matmul = [](int threads) { return threads; },
    .threads_per_batch = [](int) { return 0; },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      return std::make_unique<SpawnScheduler>(options.threads);
    }};

}  // namespace winnow::engine
