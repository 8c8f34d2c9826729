#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "profiles/agent/agent.h"

namespace winnow::agent {
namespace {

int64_t clock_ns(clockid_t clock) {
  timespec time;
  if (clock_gettime(clock, &time) != 0) return -1;
  return time.tv_sec * int64_t{1'000'000'000} + time.tv_nsec;
}

int64_t parse_number(const char* text) {
  int64_t value = 0;
  while (*text == ' ' || *text == '\t') ++text;
  while (*text >= '0' && *text <= '9') value = value * 10 + (*text++ - '0');
  return value;
}

// The second number: nanoseconds runnable, but without a core.
int64_t run_queue_ns(const char* schedstat_path) {
  char text[128];
  if (!read_small(schedstat_path, text, sizeof text)) return -1;
  const char* second = strchr(text, ' ');
  return second ? parse_number(second) : -1;
}

int64_t number_after(const char* text, const char* key) {
  const char* found = strstr(text, key);
  return found ? parse_number(found + strlen(key)) : 0;
}

}  // namespace

bool read_small(const char* path, char* text, size_t size_bytes) {
  const long file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const long got = syscall(SYS_read, file, text, size_bytes - 1);
  syscall(SYS_close, file);
  if (got <= 0) return false;
  text[got] = '\0';
  return true;
}

int64_t own_cpu_ns() { return clock_ns(CLOCK_THREAD_CPUTIME_ID); }

void take_own_account(Account& account, Moment moment) {
  account.cpu_ns = own_cpu_ns();
  const int64_t start_ns = monotonic_ns();
  account.run_queue_ns = run_queue_ns("/proc/thread-self/schedstat");
  if (moment == Moment::kEnd && account.run_queue_ns > 0) {
    // Reading takes microseconds; a wait for a core meanwhile came after the moment.
    const int64_t waited_ns = (monotonic_ns() - start_ns) - (own_cpu_ns() - account.cpu_ns);
    if (waited_ns > 0) account.run_queue_ns -= std::min(waited_ns, account.run_queue_ns);
  }
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  account.voluntary_switches = usage.ru_nvcsw;
  account.involuntary_switches = usage.ru_nivcsw;
  if (moment == Moment::kBegin) account.cpu_ns = own_cpu_ns();  // what the reading took came before
  account.tid = gettid();
}

void take_account(int64_t tid, Account& account) {
  // The kernel's encoding of a thread's CPU clock: unlike pthread_getcpuclockid() it may name a
  // thread that has ended.
  const auto clock = static_cast<clockid_t>((~static_cast<uint32_t>(tid) << 3) | 6u);
  const int64_t cpu_ns = clock_ns(clock);
  if (cpu_ns < 0) return;
  char path[64], text[4096];
  snprintf(path, sizeof path, "/proc/self/task/%lld/schedstat", static_cast<long long>(tid));
  account.run_queue_ns = run_queue_ns(path);
  snprintf(path, sizeof path, "/proc/self/task/%lld/status", static_cast<long long>(tid));
  if (!read_small(path, text, sizeof text)) return;
  account.voluntary_switches = number_after(text, "\nvoluntary_ctxt_switches:");
  account.involuntary_switches = number_after(text, "\nnonvoluntary_ctxt_switches:");
  account.cpu_ns = cpu_ns;
  account.tid = tid;
}

}  // namespace winnow::agent
