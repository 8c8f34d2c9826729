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

Team::Team(int threads, int64_t spin_ns) : spin_ns_(spin_ns) {
  workers_.reserve(static_cast<size_t>(threads - 1));
  try {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
  } catch (const std::exception& failure) {
    stop();
    throw base::Error("cannot create a thread", failure.what());
  }
}

Team::~Team() { stop(); }

void Team::stop() {
  body_ = nullptr;
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void Team::run(base::FunctionRef<void(int)> body) {
  const auto outer = winnow_mark(WINNOW_SIGNALLING);
  body_ = &body;
  running_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();  // a system call only when somebody sleeps
  run_body(0);
  winnow_mark(WINNOW_WAITING);
  for (int left; (left = running_.load(std::memory_order_acquire)) != 0;)
    wait_while_equal(running_, left);
  winnow_mark(outer);
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void Team::share_out(int count, base::FunctionRef<void(int, int)> body) {
  constexpr int kRangesAWorker = 3;  // a core that is slowed down leaves some to the others
  const int grain = std::max(1, count / (size() * kRangesAWorker));
  if (size() == 1 || count <= 1) {
    if (count > 0) body(0, count);
    return;
  }
  next_.store(0, std::memory_order_relaxed);
  run([&](int) {
    for (int begin; (begin = next_.fetch_add(grain, std::memory_order_relaxed)) < count;)
      body(begin, std::min(begin + grain, count));
  });
}

void Team::work(int worker) {
  pthread_setname_np(pthread_self(), ("worker " + std::to_string(worker)).c_str());
  for (uint32_t seen = 0;;) {
    winnow_mark(WINNOW_SEARCHING);
    wait_while_equal(round_, seen);
    ++seen;
    if (body_ == nullptr) return;
    run_body(worker);
    winnow_mark(WINNOW_SIGNALLING);
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) running_.notify_one();
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

template <class Value>
void Team::wait_while_equal(const std::atomic<Value>& value, Value old) const {
  constexpr int kPausesAClockReading = 32;
  const int64_t end_ns = now_ns() + spin_ns_;
  do {
    for (int i = 0; i < kPausesAClockReading; ++i) {
      if (value.load(std::memory_order_acquire) != old) return;
      pause_core();
    }
  } while (now_ns() < end_ns);
  const auto outer = winnow_mark(WINNOW_WAITING);
  value.wait(old, std::memory_order_acquire);
  winnow_mark(outer);
}

}  // namespace winnow::engine
