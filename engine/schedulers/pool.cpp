// Coarse-grained: persistent workers take whole texts; a text's matmuls stay on its worker.
// Wins on batches of at least as many texts as cores: one wake-up a batch, no barrier inside.
// Loses on a single text (one core works) and where one text is much longer than the rest.
#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/region.h"
#include "engine/schedulers/scheduler.h"

namespace winnow::engine {
namespace {

class PoolScheduler : public Scheduler {
 public:
  explicit PoolScheduler(int threads) : worker_count_(threads) {
    workers_.reserve(static_cast<size_t>(threads));
    try {
      for (int i = 0; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
    } catch (const std::exception& failure) {
      stop();
      throw base::Error("cannot create a thread", failure.what());
    }
  }

  ~PoolScheduler() override { stop(); }

  int workspace_count() const override { return worker_count_; }

  void over_texts(int count, base::FunctionRef<void(int)> body) override {
    over(count, [&](int text, int) { body(text); });
  }

  void over_groups(std::span<const int> lengths,
                   base::FunctionRef<void(std::span<const int>, int)> body) override {
    over(static_cast<int>(lengths.size()),
         [&](int text, int worker) { body(std::span(&text, 1), worker); });
  }

  // Inside a text there is nothing to hand out.
  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override { body(0, count); }

 private:
  // body(text, worker) for every text.
  void over(int count, base::FunctionRef<void(int, int)> body) {
    if (count <= 0) return;
    const auto outer = winnow_mark(WINNOW_SIGNALLING);
    std::unique_lock lock(mutex_);
    body_ = &body;
    count_ = count;
    next_text_.store(0, std::memory_order_relaxed);
    working_ = worker_count_;
    error_ = nullptr;
    ++batch_;
    wake_.notify_all();
    winnow_mark(WINNOW_WAITING);
    done_.wait(lock, [this] { return working_ == 0; });
    winnow_mark(outer);
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

  void work(int worker) {
    pthread_setname_np(pthread_self(), ("worker " + std::to_string(worker + 1)).c_str());
    for (int64_t seen = 0; wait_for_batch(seen);) {
      take_texts(worker);
      winnow_mark(WINNOW_SIGNALLING);
      std::lock_guard lock(mutex_);
      if (--working_ == 0) done_.notify_one();
    }
  }

  // True when there is a batch newer than `seen`, false when the pool stops.
  bool wait_for_batch(int64_t& seen) {
    winnow_mark(WINNOW_WAITING);
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return stopping_ || batch_ != seen; });
    seen = batch_;
    winnow_mark(WINNOW_SEARCHING);
    return !stopping_;
  }

  // Every worker takes the next text until none is left; after an error the rest are skipped.
  void take_texts(int worker) {
    while (true) {
      const int text = next_text_.fetch_add(1, std::memory_order_relaxed);
      if (text >= count_) return;
      winnow_mark(WINNOW_COMPUTING);
      try {
        (*body_)(text, worker);
      } catch (...) {
        std::lock_guard lock(mutex_);
        if (!error_) error_ = std::current_exception();
        next_text_.store(count_, std::memory_order_relaxed);
      }
      winnow_mark(WINNOW_SEARCHING);
    }
  }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  const int worker_count_;
  std::vector<std::thread> workers_;

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  bool stopping_ = false;     // these under mutex_
  int64_t batch_ = 0;         // how many batches there were
  int working_ = 0;           // workers that have not finished this batch
  std::exception_ptr error_;  // the first of this batch
  // Written under mutex_ while no worker runs, so that workers read them without it.
  const base::FunctionRef<void(int, int)>* body_ = nullptr;
  int count_ = 0;
  std::atomic<int> next_text_ = 0;
};

}  // namespace

const SchedulerRow pool_row = {
    .name = "pool",
    .summary = "persistent workers take one text at a time; a text's matmuls run on its worker",
    .persistent_threads = true,
    .calling_thread_works = false,
    .threads_per_matmul = [](int) { return 0; },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      return std::make_unique<PoolScheduler>(options.threads);
    }};

}  // namespace winnow::engine
