#include "profiles/program/futexes.h"

#include <fmt/format.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <iterator>

namespace winnow::profiles {
namespace {

enum FutexClass : unsigned { kWait = 1, kWake, kRequeue, kOther };

#if defined(__x86_64__) || defined(__aarch64__)
#define WINNOW_FUTEX_FILTER
#ifdef __x86_64__
constexpr unsigned kNative = AUDIT_ARCH_X86_64, kCompatible = AUDIT_ARCH_I386;
#else
constexpr unsigned kNative = AUDIT_ARCH_AARCH64, kCompatible = AUDIT_ARCH_ARM;
#endif

// Both 32-bit tables have the same numbers.
constexpr unsigned kFutex32 = 240, kFutexTime64 = 422;
constexpr unsigned kFutexWaitv = 449, kFutex2Wake = 454, kFutex2Wait = 455, kFutex2Requeue = 456;
constexpr unsigned kOperationMask = 127;  // without FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME

constexpr sock_filter load(size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset));
}
// Goes on behind the next instruction unless the loaded value is this one.
constexpr sock_filter unless_is(unsigned value) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
}
// Of the instruction `at`: goes to `target` if the loaded value is this one.
constexpr sock_filter go_if(unsigned value, int at, int target) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, static_cast<unsigned char>(target - at - 1), 0);
}
constexpr sock_filter stop_as(FutexClass kind) {
  return BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | kind);
}
constexpr sock_filter kAllow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

// Where the parts of the filter begin.
constexpr int kCompatiblePart = 4, kNativePart = 8, kCallsPart = 10, kOperationPart = 19;

// Little-endian machines: the lower half of an argument comes first.
constexpr sock_filter kFutexFilter[] = {
    load(offsetof(seccomp_data, arch)),
    go_if(kNative, 1, kNativePart),
    go_if(kCompatible, 2, kCompatiblePart),
    kAllow,
    // kCompatiblePart
    load(offsetof(seccomp_data, nr)),
    go_if(kFutex32, 5, kOperationPart),
    go_if(kFutexTime64, 6, kOperationPart),
    BPF_STMT(BPF_JMP | BPF_JA, kCallsPart - 8),
    // kNativePart
    load(offsetof(seccomp_data, nr)),
    go_if(SYS_futex, 9, kOperationPart),
    // kCallsPart: those that need no look at an operation
    unless_is(kFutexWaitv),
    stop_as(kWait),
    unless_is(kFutex2Wait),
    stop_as(kWait),
    unless_is(kFutex2Wake),
    stop_as(kWake),
    unless_is(kFutex2Requeue),
    stop_as(kRequeue),
    kAllow,
    // kOperationPart: futex(address, operation, ...)
    load(offsetof(seccomp_data, args[1])),
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, kOperationMask),
    unless_is(0),  // FUTEX_WAIT
    stop_as(kWait),
    unless_is(9),  // FUTEX_WAIT_BITSET
    stop_as(kWait),
    unless_is(6),  // FUTEX_LOCK_PI
    stop_as(kWait),
    unless_is(13),  // FUTEX_LOCK_PI2
    stop_as(kWait),
    unless_is(11),  // FUTEX_WAIT_REQUEUE_PI
    stop_as(kWait),
    unless_is(1),  // FUTEX_WAKE
    stop_as(kWake),
    unless_is(10),  // FUTEX_WAKE_BITSET
    stop_as(kWake),
    unless_is(5),  // FUTEX_WAKE_OP
    stop_as(kWake),
    unless_is(7),  // FUTEX_UNLOCK_PI
    stop_as(kWake),
    unless_is(3),  // FUTEX_REQUEUE
    stop_as(kRequeue),
    unless_is(4),  // FUTEX_CMP_REQUEUE
    stop_as(kRequeue),
    unless_is(12),  // FUTEX_CMP_REQUEUE_PI
    stop_as(kRequeue),
    stop_as(kOther),
};
#endif

}  // namespace

int install_futex_filter() {
#ifdef WINNOW_FUTEX_FILTER
  // The kernel reads it only.
  const sock_fprog program{std::size(kFutexFilter), const_cast<sock_filter*>(kFutexFilter)};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) return errno;
  return 0;
#else
  return ENOSYS;
#endif
}

std::string why_no_futex_filter() {
#ifdef WINNOW_FUTEX_FILTER
  const unsigned action = SECCOMP_RET_TRACE;
  if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0) return "";
  return fmt::format("the kernel allows no seccomp filter that traces: {}", strerror(errno));
#else
  return "futex calls are counted on x86-64 and AArch64 only";
#endif
}

FutexCounter::FutexCounter(int64_t limit_calls, double limit_s)
    : limit_calls_(limit_calls), limit_s_(limit_s) {}

void FutexCounter::count(unsigned long message) {
  ++(message == kWait      ? counts_.waits
     : message == kWake    ? counts_.wakes
     : message == kRequeue ? counts_.requeues
                           : counts_.others);
}

bool FutexCounter::spent() const {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
  return counts_.calls() >= limit_calls_ || passed.count() >= limit_s_;
}

void FutexCounter::give_up(const std::string& how) {
  counts_.complete = false;
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
  counts_.reason =
      fmt::format("{} after {} futex calls and {:.1f} s", how, counts_.calls(), passed.count());
}

}  // namespace winnow::profiles
