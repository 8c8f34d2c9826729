#include "engine/schedulers/team.h"

#include <pthread.h>

#include <algorithm>

#include "base/error.h"
#include "base/region.h"

namespace winnow::engine {

Team::Team(const SchedulerOptions& options, Caller caller)
    : size_(options.threads),
      grain_(options.grain),
      caller_(caller),
      spin_ns_(caller == Caller::works ? options.spin_ns : 0) {
  const std::vector<int> units = processing_units(options.affinity, size_);
  workers_.reserve(static_cast<size_t>(size_));
  try {
    start_workers(units);
    run([](int) {});  // returns when all have begun
  } catch (...) {
    stop();
    throw;
  }
}

void Team::start_workers(const std::vector<int>& units) {
  const int first = caller_ == Caller::works ? 1 : 0;
  for (int i = first; i < size_; ++i) {
    try {
      workers_.emplace_back([this, i] { work(i); });
    } catch (const std::exception& failure) {
      throw base::Error("cannot create a thread", failure.what());
    }
    if (!units.empty()) bind_thread(workers_.back().native_handle(), units[static_cast<size_t>(i)]);
  }
  if (units.empty() || first == 0) return;
  caller_binding_.emplace();
  bind_thread(pthread_self(), units.front());
}

Team::~Team() { stop(); }

void Team::stop() {
  stopping_ = true;
  announce();
  for (std::thread& worker : workers_) worker.join();
}

void Team::announce() {
  round_.fetch_add(1);
  start_.wake();
}

void Team::wait_for(const std::atomic<int>& threads, winnow_state outer) {
  winnow_mark(WINNOW_WAITING);
  for (int left; (left = threads.load()) != 0;) end_.wait_while_equal(threads, left, spin_ns_);
  winnow_mark(outer);
  error_.rethrow();
}

void Team::run(base::FunctionRef<void(int)> body) {
  const auto outer = winnow_mark(WINNOW_SIGNALLING);
  body_ = &body;
  running_.store(static_cast<int>(workers_.size()));
  runs_.fetch_add(1);
  announce();
  if (caller_ == Caller::works) run_body(0);
  wait_for(running_, outer);
}

void Team::invite(base::FunctionRef<void(int)> body) {
  const auto outer = winnow_mark(WINNOW_SIGNALLING);
  body_ = &body;
  inside_.fetch_or(kOpen);
  announce();
  run_body(0);
  inside_.fetch_and(~kOpen);
  wait_for(inside_, outer);
}

int Team::grain(int count) const {
  constexpr int kRangesAWorker = 3;
  return grain_ > 0 ? grain_ : std::max(1, count / (size_ * kRangesAWorker));
}

void Team::share_out(int count, base::FunctionRef<void(int, int)> body) {
  if (count <= 0) return;
  if (count == 1 || (size_ == 1 && caller_ == Caller::works)) return body(0, count);
  const int step = grain(count);
  next_.store(0, std::memory_order_relaxed);
  invite([&](int) {
    for (int begin; (begin = next_.fetch_add(step, std::memory_order_relaxed)) < count;)
      body(begin, std::min(begin + step, count));
  });
}

void Team::work(int worker) {
  const int number = caller_ == Caller::works ? worker : worker + 1;
  name_worker(number);
  for (int seen = 0, ran = 0;;) {
    winnow_mark(WINNOW_SEARCHING);
    start_.wait_while_equal(round_, seen, spin_ns_);
    seen = round_.load();
    if (stopping_) return;
    if (runs_.load() != ran) {
      ++ran;
      run_body(worker);
      winnow_mark(WINNOW_SIGNALLING);
      if (running_.fetch_sub(1) == 1) end_.wake();
      continue;
    }
    // Counts itself first and looks then, so the caller cannot take away what it looks at.
    if ((inside_.fetch_add(1) & kOpen) != 0) run_body(worker);
    winnow_mark(WINNOW_SIGNALLING);
    if (inside_.fetch_sub(1) == 1) end_.wake();
  }
}

void Team::run_body(int worker) {
  winnow_mark(WINNOW_COMPUTING);
  try {
    (*body_)(worker);
  } catch (...) {
    error_.keep();
  }
}

}  // namespace winnow::engine
