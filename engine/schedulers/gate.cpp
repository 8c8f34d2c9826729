#include "engine/schedulers/gate.h"

#include <chrono>

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

void Gate::wait_while_equal(const std::atomic<int>& value, int old, int64_t spin_ns) {
  constexpr int kPausesAClockReading = 32;
  for (const int64_t end_ns = spin_ns > 0 ? now_ns() + spin_ns : 0; end_ns > 0;) {
    for (int i = 0; i < kPausesAClockReading; ++i) {
      if (value.load(std::memory_order_acquire) != old) return;
      pause_core();
    }
    if (now_ns() >= end_ns) break;
  }
  const auto outer = winnow_mark(WINNOW_WAITING);
  {
    std::unique_lock lock(mutex_);
    sleepers_.fetch_add(1);
    changed_.wait(lock, [&] { return value.load() != old; });
    sleepers_.fetch_sub(1);
  }
  winnow_mark(outer);
}

// The value is changed first, then sleepers are looked for; a sleeper counts itself first, then
// looks at the value. Both in sequential consistency, so one of them sees the other.
void Gate::wake() {
  if (sleepers_.load() == 0) return;
  std::lock_guard lock(mutex_);
  changed_.notify_all();
}

}  // namespace winnow::engine
