// Does exactly what its arguments say, between the region's begin and end, for tests of the agent.
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "base/region.h"

namespace {

pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t g_condition = PTHREAD_COND_INITIALIZER;
int g_turn = 0;
long g_waits = 0;

void wait_for_change() {
  ++g_waits;
  pthread_cond_wait(&g_condition, &g_mutex);
}

void* nothing(void*) { return nullptr; }

void* leaves_by_exit(void*) { pthread_exit(nullptr); }

void* waits_to_be_cancelled(void*) {
  for (;;) pause();
}

// n threads, a few at a time.
void create_and_join(int n, void* (*body)(void*)) {
  constexpr int kAtOnce = 50;
  pthread_t threads[kAtOnce];
  for (int left = n; left > 0; left -= kAtOnce) {
    const int now = left < kAtOnce ? left : kAtOnce;
    for (int i = 0; i < now; ++i) {
      if (pthread_create(&threads[i], nullptr, body, nullptr) != 0) abort();
      if (body == waits_to_be_cancelled) pthread_cancel(threads[i]);
    }
    for (int i = 0; i < now; ++i) pthread_join(threads[i], nullptr);
  }
}

// Two threads take turns n times: each turn one signal, and the other's wait.
void* answer(void* rounds) {
  pthread_mutex_lock(&g_mutex);
  for (long i = 0; i < reinterpret_cast<long>(rounds); ++i) {
    while (g_turn != 1) wait_for_change();
    g_turn = 0;
    pthread_cond_signal(&g_condition);
  }
  pthread_mutex_unlock(&g_mutex);
  return nullptr;
}

void take_turns(long rounds) {
  pthread_t other;
  pthread_create(&other, nullptr, answer, reinterpret_cast<void*>(rounds));
  pthread_mutex_lock(&g_mutex);
  for (long i = 0; i < rounds; ++i) {
    g_turn = 1;
    pthread_cond_signal(&g_condition);
    while (g_turn != 0) wait_for_change();
  }
  pthread_mutex_unlock(&g_mutex);
  pthread_join(other, nullptr);
}

std::atomic<int> g_locking{0};
std::atomic<pid_t> g_lockers[2000];

void* lock_once(void*) {
  g_lockers[g_locking.fetch_add(1)] = gettid();
  pthread_mutex_lock(&g_mutex);
  pthread_mutex_unlock(&g_mutex);
  return nullptr;
}

bool is_asleep(pid_t thread) {
  char path[64], line[256] = "";
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
  const int file = open(path, O_RDONLY);
  const ssize_t size = read(file, line, sizeof line - 1);
  close(file);
  const char* name_end = size > 0 ? strrchr(line, ')') : nullptr;
  return name_end && name_end[2] == 'S';
}

// n threads meet a mutex that is held, until all sleep: each lock is contended.
void contend(int n) {
  pthread_t threads[64];
  g_locking = 0;
  for (auto& locker : g_lockers) locker = 0;
  pthread_mutex_lock(&g_mutex);
  for (int i = 0; i < n; ++i) pthread_create(&threads[i], nullptr, lock_once, nullptr);
  for (int i = 0; i < n; ++i) {
    while (g_lockers[i] == 0 || !is_asleep(g_lockers[i])) usleep(1000);
  }
  usleep(20'000);
  pthread_mutex_unlock(&g_mutex);
  for (int i = 0; i < n; ++i) pthread_join(threads[i], nullptr);
}

// Seven allocations and seven frees, n times.
void allocate(int n) {
  for (int i = 0; i < n; ++i) {
    void* volatile blocks[7];
    blocks[0] = malloc(100);
    blocks[1] = calloc(10, 10);
    blocks[2] = aligned_alloc(64, 128);
    void* aligned = nullptr;
    if (posix_memalign(&aligned, 64, 100) != 0) abort();
    blocks[3] = aligned;
    blocks[4] = realloc(nullptr, 100);
    blocks[5] = realloc(blocks[4], 1000);  // an allocation and a free
    blocks[6] = new char[100];
    for (int k : {0, 1, 2, 3, 5}) free(blocks[k]);
    delete[] static_cast<char*>(blocks[6]);
    free(nullptr);
  }
}

void futex(int n) {
  static std::atomic<int> word{0};
  for (int i = 0; i < n; ++i) {
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, nullptr, nullptr, 0);  // not 1: returns
    sched_yield();
  }
}

void mark(int n) {
  for (int i = 0; i < n; ++i) {
    const winnow_state before = winnow_mark(WINNOW_COMPUTING);
    winnow_mark(WINNOW_COMPUTING);  // staying is no entry
    winnow_mark(WINNOW_SEARCHING);
    winnow_mark(before);
  }
  winnow_mark(static_cast<winnow_state>(7));
  winnow_mark(WINNOW_WAITING);
  usleep(20'000);
  winnow_mark(WINNOW_OTHER);
}

std::atomic<bool> g_leave{false};
std::atomic<uint64_t> g_spins{0};

void* spin_until_told(void*) {
  while (!g_leave.load()) ++g_spins;
  return nullptr;
}

// The spinner has had a core since: it computed.
void wait_for_spins() {
  const uint64_t before = g_spins;
  while (g_spins < before + 1000) usleep(1000);
}

// n threads that are alive at once.
void crowd(int n) {
  static pthread_t threads[2000];
  g_locking = 0;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 64 * 1024);
  pthread_mutex_lock(&g_mutex);
  for (int i = 0; i < n; ++i) pthread_create(&threads[i], &attributes, lock_once, nullptr);
  pthread_mutex_unlock(&g_mutex);
  for (int i = 0; i < n; ++i) pthread_join(threads[i], nullptr);
}

void fork_child() {
  const pid_t child = fork();
  if (child == 0) {
    create_and_join(5, nothing);
    free(malloc(10));
    winnow_region_end();
    exit(0);
  }
  waitpid(child, nullptr, 0);
}

// A worker forks; the child's copy of it ends like any thread.
void* fork_and_leave(void*) {
  const pid_t child = fork();
  if (child == 0) pthread_exit(nullptr);
  waitpid(child, nullptr, 0);
  winnow_mark(WINNOW_COMPUTING);
  usleep(20'000);
  winnow_mark(WINNOW_OTHER);
  free(malloc(10));
  return nullptr;
}

// Computes for a while and leaves the state as it is when it ends.
void* compute_and_leave(void*) {
  winnow_mark(WINNOW_SEARCHING);
  winnow_mark(WINNOW_COMPUTING);
  usleep(1000);
  return nullptr;
}

void mark_threads(int n) {
  winnow_mark(WINNOW_SIGNALLING);
  create_and_join(n, compute_and_leave);
  winnow_mark(WINNOW_OTHER);
}

bool is(const char* a, const char* b) { return strcmp(a, b) == 0; }

void work(const char* what, int n) {
  if (is(what, "create")) create_and_join(n, nothing);
  if (is(what, "exit-threads")) create_and_join(n, leaves_by_exit);
  if (is(what, "cancel")) create_and_join(n, waits_to_be_cancelled);
  if (is(what, "turns")) take_turns(n);
  if (is(what, "contend")) contend(n);
  if (is(what, "allocate")) allocate(n);
  if (is(what, "futex")) futex(n);
  if (is(what, "mark")) mark(n);
  if (is(what, "mark-threads")) mark_threads(n);
  if (is(what, "crowd")) crowd(n);
  if (is(what, "fork")) fork_child();
  if (is(what, "fork-worker")) create_and_join(n, fork_and_leave);
  if (is(what, "crash")) raise(SIGSEGV);
}

std::atomic<pid_t> g_waiter{0};

// A worker that waits from before the region to after it.
void* wait_throughout(void*) {
  winnow_mark(WINNOW_WAITING);
  pthread_setname_np(pthread_self(), "waiter");
  g_waiter = gettid();
  pthread_mutex_lock(&g_mutex);
  while (g_turn != 9) pthread_cond_wait(&g_condition, &g_mutex);
  pthread_mutex_unlock(&g_mutex);
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  const char* what = argc > 1 ? argv[1] : "";
  const int n = argc > 2 ? atoi(argv[2]) : 0;
  if (is(what, "no-region")) {
    create_and_join(10, nothing);
    return 0;
  }
  if (is(what, "begin-only")) {
    winnow_region_begin();
    return 0;
  }
  if (is(what, "clipped")) {
    pthread_t waiter, spinner;
    pthread_create(&waiter, nullptr, wait_throughout, nullptr);
    pthread_create(&spinner, nullptr, spin_until_told, nullptr);
    while (g_waiter == 0 || !is_asleep(g_waiter)) usleep(1000);
    wait_for_spins();
    winnow_region_begin();
    usleep(100'000);
    wait_for_spins();
    winnow_region_end();
    usleep(200'000);
    g_leave = true;
    pthread_mutex_lock(&g_mutex);
    g_turn = 9;
    pthread_cond_broadcast(&g_condition);
    pthread_mutex_unlock(&g_mutex);
    pthread_join(waiter, nullptr);
    pthread_join(spinner, nullptr);
    return 0;
  }
  work(what, 3);  // outside the region: must not count
  g_waits = 0;
  winnow_region_begin();
  winnow_region_begin();
  work(what, n);
  winnow_region_end();
  winnow_region_end();
  printf("%ld\n", g_waits);
  fflush(stdout);
  work(what, 3);
  if (argc > 3 && is(argv[3], "kill")) raise(SIGKILL);
  return 0;
}
