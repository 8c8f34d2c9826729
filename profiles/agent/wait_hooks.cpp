#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

#include "profiles/agent/agent.h"
#include "profiles/agent/real.h"

using namespace winnow::agent;

namespace {

// glibc keeps condition variables of before 2.3.2 under the same names; dlsym may answer with
// those.
constexpr const char* kConditionVersion = "GLIBC_2.3.2";

constinit Real<int(pthread_cond_t*, pthread_mutex_t*)> real_wait{"pthread_cond_wait",
                                                                 kConditionVersion};
constinit Real<int(pthread_cond_t*, pthread_mutex_t*, const timespec*)> real_timedwait{
    "pthread_cond_timedwait", kConditionVersion};
constinit Real<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)> real_clockwait{
    "pthread_cond_clockwait"};
constinit Real<int(pthread_cond_t*)> real_signal{"pthread_cond_signal", kConditionVersion};
constinit Real<int(pthread_cond_t*)> real_broadcast{"pthread_cond_broadcast", kConditionVersion};
constinit Real<int(pthread_mutex_t*)> real_lock{"pthread_mutex_lock"};
constinit Real<int(pthread_mutex_t*)> real_trylock{"pthread_mutex_trylock"};
constinit Real<long(long, long, long, long, long, long, long)> real_syscall{"syscall"};
constinit Real<int()> real_yield{"sched_yield"};

__attribute__((constructor)) void find_waits() {
  find_all(real_wait, real_timedwait, real_clockwait, real_signal, real_broadcast, real_lock,
           real_trylock, real_syscall, real_yield);
}

// call(), counted and timed as `op` where this thread counts.
template <class Call>
int counted(Op op, const Call& call) {
  Slot* slot = tracking() ? own_slot() : nullptr;
  if (slot == nullptr) return call();
  begin_op(slot, op);
  const int error = call();
  end_op(slot, true);
  return error;
}

Op futex_op(long operation) {
  switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_WAIT_REQUEUE_PI:
      return kFutexWait;
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
    case FUTEX_WAKE_OP:
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
      return kFutexWake;
    default:
      return kNoOp;
  }
}

}  // namespace

extern "C" {

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  return counted(kConditionWait, [&] { return real_wait.get()(condition, mutex); });
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* until) {
  return counted(kConditionWait, [&] { return real_timedwait.get()(condition, mutex, until); });
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* until) {
  return counted(kConditionWait,
                 [&] { return real_clockwait.get()(condition, mutex, clock, until); });
}

int pthread_cond_signal(pthread_cond_t* condition) noexcept {
  return counted(kConditionSignal, [&] { return real_signal.get()(condition); });
}

int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
  return counted(kConditionBroadcast, [&] { return real_broadcast.get()(condition); });
}

// Only a contended lock is timed: whatever else trylock answers, lock would have answered too.
int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  if (!tracking()) return real_lock.get()(mutex);
  const int tried = real_trylock.get()(mutex);
  if (tried != EBUSY) return tried;
  Slot* slot = own_slot();
  if (slot == nullptr) return real_lock.get()(mutex);
  begin_op(slot, kMutexContended);
  const int error = real_lock.get()(mutex);
  end_op(slot, error == 0 || error == EOWNERDEAD);
  return error;
}

long syscall(long number, ...) noexcept {
  va_list arguments;
  va_start(arguments, number);
  long a[6];
  for (long& argument : a) argument = va_arg(arguments, long);
  va_end(arguments);
  Op op = kNoOp;
  if (number == SYS_futex && tracking()) op = futex_op(a[1]);
  Slot* slot = op != kNoOp ? own_slot() : nullptr;
  if (slot == nullptr) return real_syscall.get()(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  begin_op(slot, op);
  const long result = real_syscall.get()(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  end_op(slot, true);
  return result;
}

int sched_yield() noexcept {
  return counted(kYield, [&] { return real_yield.get()(); });
}
}
