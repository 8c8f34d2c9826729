#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "base/function_ref.h"
#include "engine/schedulers/gate.h"
#include "engine/schedulers/worker.h"

namespace winnow::engine {

// The integers of [0, count), taken one by one: by the owner from the front, by thieves from the
// back. Any threads at any time; fill() only while no other takes.
class alignas(64) StealableRange {
 public:
  void fill(int count) { ends_.store(static_cast<uint32_t>(count), std::memory_order_relaxed); }
  std::optional<int> take_front();
  std::optional<int> take_back();

 private:
  std::atomic<uint64_t> ends_ =
      0;  // begin in the upper half, end in the lower: both change at once
};

// One thread's loop that others may join. The owner opens it, and when finish() returns nobody is
// inside any more. join() at any time, by any thread.
class alignas(64) Offer {
 public:
  // body(begin, end) for ranges of `grain` that cover [0, count); it must live until finish()
  // returns.
  void open(int count, int grain, const base::FunctionRef<void(int begin, int end)>& body);

  // Takes part until nothing is left, then waits for those who joined: spins for spin_ns before it
  // sleeps. Throws the first exception of a body; ranges not begun by then are left out.
  void finish(int64_t spin_ns);

  // Takes part when the offer is open; whether there was something to do.
  bool join();

 private:
  bool take_part();

  static constexpr int kOpen = 1 << 30;
  std::atomic<int> state_ = 0;  // threads inside beside the owner, and kOpen
  int count_ = 0, grain_ = 1;   // these are written while nobody is inside
  const base::FunctionRef<void(int, int)>* body_ = nullptr;
  alignas(64) std::atomic<int> next_ = 0;
  Gate all_out_;
  FirstError error_;
};

}  // namespace winnow::engine
