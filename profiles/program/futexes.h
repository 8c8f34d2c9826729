#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace winnow::profiles {

// The futex calls of a process tree: how often threads went to the kernel to wait and to wake.
struct FutexCounts {
  int64_t waits = 0;     // wait, wait_bitset, waitv, lock_pi, wait_requeue_pi, futex2's wait
  int64_t wakes = 0;     // wake, wake_bitset, wake_op, unlock_pi, futex2's wake
  int64_t requeues = 0;  // requeue, cmp_requeue, cmp_requeue_pi, futex2's requeue
  int64_t others = 0;
  bool complete = true;
  std::string reason;  // why not

  int64_t calls() const { return waits + wakes + requeues + others; }
};

// A seccomp filter that stops the tracer's children at each futex call, which the filter itself
// classifies; the class is the stop's message. 64-bit and 32-bit programs of x86-64 and AArch64.
// Without a tracer that has PTRACE_O_TRACESECCOMP all futex calls would fail, and a filter cannot
// be taken off: it is installed behind PTRACE_SEIZE. Sets PR_SET_NO_NEW_PRIVS. Async-signal-safe;
// 0 or an errno.
int install_futex_filter();

// Why it cannot be installed here; empty: it can.
std::string why_no_futex_filter();

class FutexCounter {
 public:
  FutexCounter(int64_t limit_calls, double limit_s);

  // Of one stop: `message` as PTRACE_GETEVENTMSG tells it.
  void count(unsigned long message);
  bool spent() const;
  void give_up(const std::string& how);  // what happened at the limit
  const FutexCounts& counts() const { return counts_; }

 private:
  int64_t limit_calls_;
  double limit_s_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  FutexCounts counts_;
};

}  // namespace winnow::profiles
