#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace winnow::engine {

// Where some threads wait for others to change a value: they spin first, then sleep. One gate may
// serve several values.
class Gate {
 public:
  // Returns when the value is no longer `old`, at once where it is not. Spins for spin_ns before it
  // sleeps; 0 sleeps at once. Marks sleep as waiting; the state before is back when it returns.
  void wait_while_equal(const std::atomic<int>& value, int old, int64_t spin_ns);

  // After every change of a value: wakes whoever sleeps. Costs one load when nobody does.
  void wake();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  alignas(64) std::atomic<int> sleepers_ = 0;
};

}  // namespace winnow::engine
