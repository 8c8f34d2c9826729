#pragma once

#include <exception>
#include <mutex>

#include "base/region.h"

// What threads that work have in common, whatever the strategy.
namespace winnow::engine {

// Profilers and timelines show the calling thread as "worker <number>".
void name_worker(int number);

// The thread is marked as computing as long as this lives; then as what it was before.
class Computing {
 public:
  Computing() : outer_(winnow_mark(WINNOW_COMPUTING)) {}
  ~Computing() { winnow_mark(outer_); }
  Computing(const Computing&) = delete;
  Computing& operator=(const Computing&) = delete;

 private:
  const winnow_state outer_;
};

// The first exception that the bodies of one loop throw, on its way to the loop's caller.
class FirstError {
 public:
  // Inside a handler, by any thread: keeps what was caught, when nothing was before.
  void keep();
  // By the caller, when no thread works on the loop any more; nothing is kept afterwards.
  void rethrow();

 private:
  std::mutex mutex_;
  std::exception_ptr error_;
};

}  // namespace winnow::engine
