// A program that makes a process tree of a known shape; the first argument says which. What it
// tells goes to standard output.
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

const char* own_path = nullptr;

struct Shared {
  std::atomic<int64_t> cpu_ns;
  std::atomic<int> done;
  pid_t processes[8];
};

int64_t now_ns(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

void nap() { usleep(1000); }

void burn(int64_t duration_ns) {
  const int64_t start = now_ns(CLOCK_THREAD_CPUTIME_ID);
  while (now_ns(CLOCK_THREAD_CPUTIME_ID) - start < duration_ns) {
  }
}

constexpr int64_t kBurnNs = 80'000'000;

// Tells all that this process used.
void report(Shared& shared) {
  shared.cpu_ns += now_ns(CLOCK_PROCESS_CPUTIME_ID);
  shared.processes[shared.done++] = getpid();
}

void burn_and_report(Shared& shared) {
  burn(kBurnNs);
  report(shared);
  _exit(0);
}

void* burning_thread(void*) {
  burn(kBurnNs);
  return nullptr;
}

void burn_in_two_threads() {
  pthread_t threads[2];
  for (pthread_t& thread : threads) pthread_create(&thread, nullptr, burning_thread, nullptr);
  for (pthread_t thread : threads) pthread_join(thread, nullptr);
}

void orphan(Shared& shared, bool own_session) {
  const pid_t middle = fork();
  if (middle == 0) {
    if (own_session) setsid();
    if (fork() == 0) burn_and_report(shared);
    report(shared);
    _exit(0);
  }
  waitpid(middle, nullptr, 0);
}

// A waited child, an orphan, a daemon, threads, and a child that nobody reaps.
int cpu() {
  auto* shared = static_cast<Shared*>(
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const pid_t child = fork();
  if (child == 0) burn_and_report(*shared);
  waitpid(child, nullptr, 0);
  orphan(*shared, false);
  orphan(*shared, true);
  burn_in_two_threads();
  signal(SIGCHLD, SIG_IGN);
  if (fork() == 0) burn_and_report(*shared);
  while (shared->done < 6) nap();
  for (int i = 0; i < 6; ++i)
    while (kill(shared->processes[i], 0) == 0) nap();  // told, but not yet ended
  report(*shared);
  std::printf("%.9f\n", static_cast<double>(shared->cpu_ns) * 1e-9);
  return 0;
}

void* ending_thread(void*) { return nullptr; }

// One after the other.
int threads(int count) {
  for (int i = 0; i < count; ++i) {
    pthread_t thread;
    if (pthread_create(&thread, nullptr, ending_thread, nullptr) != 0) return 1;
    pthread_join(thread, nullptr);
  }
  return 0;
}

void* waiting_thread(void* barrier) {
  pthread_barrier_wait(static_cast<pthread_barrier_t*>(barrier));
  return nullptr;
}

int together(int count) {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, static_cast<unsigned>(count) + 1);
  for (int i = 0; i < count; ++i) {
    pthread_t thread;
    pthread_create(&thread, nullptr, waiting_thread, &barrier);
    pthread_detach(thread);
  }
  pthread_barrier_wait(&barrier);
  pthread_exit(nullptr);  // the first thread ends, others may still be there
}

int forks(int count) {
  for (int i = 0; i < count; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, nullptr, 0);
  }
  return 0;
}

[[noreturn]] void become(const char* what, const char* argument) {
  execl(own_path, own_path, what, argument, nullptr);
  _exit(9);
}

bool vfork_once() {
  const pid_t child = vfork();
  if (child == 0) become("threads", "1");
  int status = 0;
  return waitpid(child, &status, 0) == child && status == 0;
}

int vforks(int count) {
  for (int i = 0; i < count; ++i)
    if (!vfork_once()) return 1;
  return 0;
}

void* sleeping_thread(void*) {
  for (;;) pause();
}

void* thread_that_execs(void*) { become("threads", "3"); }

// Two threads and the first one vanish in the exec.
int exec_in_thread() {
  pthread_t thread;
  for (int i = 0; i < 2; ++i) pthread_create(&thread, nullptr, sleeping_thread, nullptr);
  pthread_create(&thread, nullptr, thread_that_execs, nullptr);
  for (;;) pause();
}

// A child stops itself; a sibling lets it go on once the parent was told of the stop.
int stops() {
  int told[2];
  if (pipe(told) != 0) return 1;
  const pid_t stopping = fork();
  if (stopping == 0) {
    raise(SIGSTOP);
    char byte = 0;
    _exit(read(told[0], &byte, 1) == 1 ? 7 : 1);
  }
  const pid_t sibling = fork();
  if (sibling == 0) {
    char byte = 0;
    if (read(told[0], &byte, 1) != 1) _exit(1);
    kill(stopping, SIGCONT);
    _exit(0);
  }
  int status = 0;
  if (waitpid(stopping, &status, WUNTRACED) != stopping || !WIFSTOPPED(status)) return 2;
  nap();
  if (write(told[1], "", 1) != 1) return 3;
  if (waitpid(stopping, &status, WCONTINUED) != stopping || !WIFCONTINUED(status)) return 4;
  if (write(told[1], "", 1) != 1) return 3;
  if (waitpid(stopping, &status, 0) != stopping || WEXITSTATUS(status) != 7) return 5;
  return waitpid(sibling, &status, 0) == sibling && status == 0 ? 0 : 6;
}

volatile sig_atomic_t handled = 0;

// Its own signals arrive, each once.
int signals(int count) {
  signal(SIGUSR1, [](int) { handled = handled + 1; });
  signal(SIGTRAP, [](int) { handled = handled + 1; });
  for (int i = 0; i < count; ++i) raise(i % 2 ? SIGUSR1 : SIGTRAP);
  return handled == count ? 0 : 1;
}

// Tells the daemon's number when that has left the group.
int leave_daemon(bool stubborn) {
  int told[2];
  if (pipe(told) != 0) return 1;
  const pid_t middle = fork();
  if (middle == 0) {
    setsid();
    if (stubborn) signal(SIGTERM, SIG_IGN);
    const pid_t daemon = fork();
    if (daemon == 0) {
      for (;;) pause();
    }
    [[maybe_unused]] auto ignored = write(told[1], &daemon, sizeof daemon);
    _exit(0);
  }
  pid_t daemon = 0;
  if (read(told[0], &daemon, sizeof daemon) != sizeof daemon) return 1;
  waitpid(middle, nullptr, 0);
  std::printf("%d\n", daemon);
  return 0;
}

int hang() {
  std::printf("%d\n", getpid());
  std::fflush(stdout);
  if (fork() == 0) {
    setsid();
    signal(SIGTERM, SIG_IGN);
  }
  for (;;) pause();
}

// A child that is killed while it is stopped.
int killed() {
  const pid_t child = fork();
  if (child == 0) {
    burn(5'000'000);
    raise(SIGSTOP);
  }
  int status = 0;
  waitpid(child, &status, WUNTRACED);
  kill(child, SIGKILL);
  return waitpid(child, &status, 0) == child && WIFSIGNALED(status) ? 0 : 1;
}

// Exactly 3 waits, 5 wakes, 2 requeues and 1 other by `count` rounds, none of which waits.
int futexes(int count) {
  uint32_t word = 1, other = 1;
  const timespec none{};
  auto call = [&](int operation, unsigned value) {
    syscall(SYS_futex, &word, operation, value, &none, &other, 1);
  };
  for (int i = 0; i < count; ++i) {
    for (int operation : {FUTEX_WAIT, FUTEX_WAIT_PRIVATE, FUTEX_WAIT_BITSET_PRIVATE})
      call(operation, 2);
    for (int n = 0; n < 4; ++n) call(FUTEX_WAKE_PRIVATE, 1);
    call(FUTEX_WAKE_BITSET, 1);
    for (int n = 0; n < 2; ++n) call(FUTEX_CMP_REQUEUE_PRIVATE, 0);
    call(126, 0);
  }
  return word == 1 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  own_path = arguments[0];
  const char* what = count > 1 ? arguments[1] : "";
  const int number = count > 2 ? std::atoi(arguments[2]) : 0;
  auto is = [&](const char* name) { return std::strcmp(what, name) == 0; };
  if (is("cpu")) return cpu();
  if (is("threads")) return threads(number);
  if (is("together")) return together(number);
  if (is("forks")) return forks(number);
  if (is("vforks")) return vforks(number);
  if (is("exec-in-thread")) return exec_in_thread();
  if (is("stops")) return stops();
  if (is("signals")) return signals(number);
  if (is("raise")) return raise(number);
  if (is("killed")) return killed();
  if (is("daemon")) return leave_daemon(false);
  if (is("stubborn-daemon")) return leave_daemon(true);
  if (is("hang")) return hang();
  if (is("futexes")) return futexes(number);
  if (is("user")) return std::printf("%u\n", geteuid()) > 0 ? 0 : 1;
  std::fprintf(stderr, "unknown: %s\n", what);
  return 2;
}
