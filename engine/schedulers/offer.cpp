#include "engine/schedulers/offer.h"

#include <algorithm>

#include "base/region.h"

namespace winnow::engine {

std::optional<int> StealableRange::take_front() {
  uint64_t ends = ends_.load();
  while (ends >> 32 < (ends & 0xffffffff))
    if (ends_.compare_exchange_weak(ends, ends + (uint64_t{1} << 32)))
      return static_cast<int>(ends >> 32);
  return std::nullopt;
}

std::optional<int> StealableRange::take_back() {
  uint64_t ends = ends_.load();
  while (ends >> 32 < (ends & 0xffffffff))
    if (ends_.compare_exchange_weak(ends, ends - 1))
      return static_cast<int>((ends & 0xffffffff) - 1);
  return std::nullopt;
}

void Offer::open(int count, int grain, const base::FunctionRef<void(int, int)>& body) {
  count_ = count;
  grain_ = grain;
  body_ = &body;
  next_.store(0, std::memory_order_relaxed);
  state_.fetch_or(kOpen);
}

void Offer::finish(int64_t spin_ns) {
  take_part();
  const auto outer = winnow_mark(WINNOW_WAITING);
  state_.fetch_and(~kOpen);
  for (int inside; (inside = state_.load()) != 0;)
    all_out_.wait_while_equal(state_, inside, spin_ns);
  winnow_mark(outer);
  error_.rethrow();
}

// A thread counts itself first and looks then, so the owner cannot take away what it looks at.
bool Offer::join() {
  if ((state_.load(std::memory_order_relaxed) & kOpen) == 0) return false;
  const bool open = (state_.fetch_add(1) & kOpen) != 0;
  const bool worked = open && take_part();
  if (state_.fetch_sub(1) == 1) all_out_.wake();
  return worked;
}

bool Offer::take_part() {
  bool worked = false;
  const Computing mark;
  try {
    for (int begin; (begin = next_.fetch_add(grain_, std::memory_order_relaxed)) < count_;) {
      worked = true;
      (*body_)(begin, std::min(begin + grain_, count_));
    }
  } catch (...) {
    next_.store(count_, std::memory_order_relaxed);
    error_.keep();
  }
  return worked;
}

}  // namespace winnow::engine
