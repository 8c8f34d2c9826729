#include "engine/schedulers/team.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/region.h"

namespace winnow::engine {
namespace {

// Tells the core that this is a spin loop: it saves power, and its sibling gets the pipeline.
void pause_core() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Team::Team(const SchedulerOptions& options, Caller caller)
    : size_(options.threads), grain_(options.grain), caller_(caller), spin_ns_(options.spin_ns) {
  workers_.reserve(static_cast<size_t>(size_));
  try {
    for (int i = caller == Caller::works ? 1 : 0; i < size_; ++i)
      workers_.emplace_back([this, i] { work(i); });
  } catch (const std::exception& failure) {
    stop();
    throw base::Error("cannot create a thread", failure.what());
  }
}

Team::~Team() { stop(); }

void Team::stop() {
  body_ = nullptr;
  round_.fetch_add(1);
  wake(start_);
  for (std::thread& worker : workers_) worker.join();
}

void Team::run(base::FunctionRef<void(int)> body) {
  const auto outer = winnow_mark(WINNOW_SIGNALLING);
  body_ = &body;
  running_.store(static_cast<int>(workers_.size()));
  round_.fetch_add(1);
  wake(start_);
  if (caller_ == Caller::works) run_body(0);
  winnow_mark(WINNOW_WAITING);
  for (int left; (left = running_.load()) != 0;) wait_while_equal(end_, running_, left);
  winnow_mark(outer);
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void Team::share_out(int count, base::FunctionRef<void(int, int)> body) {
  if (count <= 0) return;
  if (count == 1 || (size_ == 1 && caller_ == Caller::works)) return body(0, count);
  constexpr int kRangesAWorker = 3;  // a core that is slowed down leaves some to the others
  const int grain = grain_ > 0 ? grain_ : std::max(1, count / (size_ * kRangesAWorker));
  next_.store(0, std::memory_order_relaxed);
  run([&](int) {
    for (int begin; (begin = next_.fetch_add(grain, std::memory_order_relaxed)) < count;)
      body(begin, std::min(begin + grain, count));
  });
}

void Team::work(int worker) {
  const int number = caller_ == Caller::works ? worker : worker + 1;
  pthread_setname_np(pthread_self(), ("worker " + std::to_string(number)).c_str());
  for (int seen = 0;; ++seen) {
    winnow_mark(WINNOW_SEARCHING);
    wait_while_equal(start_, round_, seen);
    if (body_ == nullptr) return;
    run_body(worker);
    winnow_mark(WINNOW_SIGNALLING);
    if (running_.fetch_sub(1) == 1) wake(end_);
  }
}

void Team::run_body(int worker) {
  winnow_mark(WINNOW_COMPUTING);
  try {
    (*body_)(worker);
  } catch (...) {
    std::lock_guard lock(error_mutex_);
    if (!error_) error_ = std::current_exception();
  }
}

// The value is changed first, then sleepers are looked for; a sleeper counts itself first, then
// looks at the value. Both in sequential consistency, so one of them sees the other.
void Team::wake(Gate& gate) {
  if (gate.sleepers.load() == 0) return;
  std::lock_guard lock(gate.mutex);
  gate.changed.notify_all();
}

void Team::wait_while_equal(Gate& gate, const std::atomic<int>& value, int old) {
  constexpr int kPausesAClockReading = 32;
  for (const int64_t end_ns = spin_ns_ > 0 ? now_ns() + spin_ns_ : 0; end_ns > 0;) {
    for (int i = 0; i < kPausesAClockReading; ++i) {
      if (value.load(std::memory_order_acquire) != old) return;
      pause_core();
    }
    if (now_ns() >= end_ns) break;
  }
  const auto outer = winnow_mark(WINNOW_WAITING);
  {
    std::unique_lock lock(gate.mutex);
    gate.sleepers.fetch_add(1);
    gate.changed.wait(lock, [&] { return value.load() != old; });
    gate.sleepers.fetch_sub(1);
  }
  winnow_mark(outer);
}

}  // namespace winnow::engine
