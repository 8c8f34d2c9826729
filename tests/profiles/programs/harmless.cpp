// What programs do that a preloaded library could disturb, one way a run: harmless WAY [PLUG-IN].
// What it prints and how it ends must not depend on the agent.
#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/region.h"

extern char** environ;

namespace {

const char* g_program = nullptr;
const char* g_plugin = nullptr;
char* g_empty_environment[] = {nullptr};

char** arguments(const char* way) {
  static const char* list[3];
  list[0] = g_program;
  list[1] = way;
  list[2] = nullptr;
  return const_cast<char**>(list);
}

void report(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child) abort();
  printf("child: %d %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1,
         WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

int end_region(int status) {
  winnow_region_end();
  return status;
}

void* nothing(void*) { return malloc(10); }

void make_threads(int count) {
  for (int i = 0; i < count; ++i) {
    pthread_t thread;
    void* block = nullptr;
    if (pthread_create(&thread, nullptr, nothing, nullptr) != 0) abort();
    pthread_join(thread, &block);
    free(block);
  }
}

int small() {
  make_threads(3);
  for (int i = 0; i < 5; ++i) free(malloc(100));
  winnow_region_end();
  puts("small");
  return 7;
}

__attribute__((noinline)) pid_t run_by_vfork(const char* path) {
  const pid_t child = vfork();
  if (child == 0) {
    execve(path, arguments("small"), environ);
    _exit(errno == ENOENT ? 9 : 1);
  }
  return child;
}

int spawn_by_vfork() {
  for (int i = 0; i < 3; ++i) report(run_by_vfork(g_program));
  report(run_by_vfork("/nowhere/program"));
  return end_region(0);
}

// The child lives on as its parent's copy, and ends the region like it.
int fork_without_exec() {
  for (int i = 0; i < 2; ++i) {
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      make_threads(10);
      free(malloc(10));
      exit(end_region(3 + i));
    }
    report(child);
  }
  make_threads(2);
  return end_region(0);
}

int work_of_clone(void*) {
  make_threads(10);
  winnow_region_end();
  _exit(6);
}

int clone_without_memory() {
  alignas(16) static char stack[256 * 1024];
  report(clone(work_of_clone, stack + sizeof stack, SIGCHLD, nullptr));
  make_threads(2);
  return end_region(0);
}

int load_plugin() {
  for (int i = 0; i < 3; ++i) {
    void* plugin = dlopen(g_plugin, RTLD_NOW | RTLD_LOCAL);
    if (plugin == nullptr) return 1;
    auto* throws = reinterpret_cast<int (*)()>(dlsym(plugin, "plugin_throws"));
    printf("%d\n", throws());
    dlclose(plugin);
  }
  return end_region(dlopen("/nowhere/library.so", RTLD_NOW) == nullptr && dlerror() != nullptr ? 0
                                                                                               : 1);
}

sigjmp_buf g_back;
pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t g_condition = PTHREAD_COND_INITIALIZER;

void jump(int) { siglongjmp(g_back, 1); }

// Out of calls that the agent stands in: a wait that never ends.
int jump_out_of_handler() {
  signal(SIGALRM, jump);
  for (int i = 0; i < 5; ++i) {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    if (sigsetjmp(g_back, 1) == 0) {
      const itimerval soon{{0, 0}, {0, 10'000}};
      setitimer(ITIMER_REAL, &soon, nullptr);
      pthread_mutex_lock(&mutex);
    }
    puts("back");
    make_threads(1);
  }
  return end_region(0);
}

int g_cleaned = 0;
int g_waiting = 0;

void unlock_and_count(void*) {
  ++g_cleaned;
  pthread_mutex_unlock(&g_mutex);
}

void* wait_for_ever(void*) {
  pthread_mutex_lock(&g_mutex);
  pthread_cleanup_push(unlock_and_count, nullptr);
  ++g_waiting;
  for (;;) pthread_cond_wait(&g_condition, &g_mutex);
  pthread_cleanup_pop(1);
}

// Cancelled while it waits for the mutex, which is no point of cancellation: sleep() is.
void* sleep_with_mutex(void*) {
  pthread_mutex_lock(&g_mutex);
  pthread_cleanup_push(unlock_and_count, nullptr);
  sleep(100);
  pthread_cleanup_pop(1);
  return nullptr;
}

void join_cancelled(pthread_t thread) {
  void* result = nullptr;
  pthread_join(thread, &result);
  puts(result == PTHREAD_CANCELED ? "cancelled" : "ended");
}

int cancel_threads() {
  pthread_t waiter, sleeper;
  pthread_create(&waiter, nullptr, wait_for_ever, nullptr);
  for (bool waits = false; !waits; sched_yield()) {
    pthread_mutex_lock(&g_mutex);
    waits = g_waiting == 1;
    pthread_mutex_unlock(&g_mutex);
  }
  pthread_cancel(waiter);
  join_cancelled(waiter);
  pthread_mutex_lock(&g_mutex);
  pthread_create(&sleeper, nullptr, sleep_with_mutex, nullptr);
  pthread_cancel(sleeper);
  usleep(20'000);
  pthread_mutex_unlock(&g_mutex);
  join_cancelled(sleeper);
  printf("%d %d\n", g_cleaned, pthread_mutex_trylock(&g_mutex));
  return end_region(0);
}

struct Local {
  char* block = new char[100];
  ~Local() {
    pthread_mutex_lock(&g_mutex);
    delete[] block;
    free(malloc(1000));
    ++g_cleaned;
    pthread_cond_signal(&g_condition);
    pthread_mutex_unlock(&g_mutex);
  }
};
thread_local Local t_local;

void* use_local(void*) {
  t_local.block[0] = 'a';
  return nullptr;
}

int end_with_thread_locals() {
  pthread_t threads[20];
  for (pthread_t& thread : threads) pthread_create(&thread, nullptr, use_local, nullptr);
  for (pthread_t& thread : threads) pthread_join(thread, nullptr);
  printf("%d\n", g_cleaned);
  return end_region(0);
}

int exec_itself() {
  make_threads(5);
  fflush(stdout);
  execv("/nowhere/program", arguments("small"));
  printf("%d\n", errno == ENOENT);
  fflush(stdout);
  execlp(g_program, g_program, "small", nullptr);
  return 1;
}

int spawn() {
  pid_t child = 0;
  if (posix_spawn(&child, g_program, nullptr, nullptr, arguments("small"), environ) != 0) return 1;
  report(child);
  printf("%d\n", posix_spawn(&child, "/nowhere/program", nullptr, nullptr, arguments("small"),
                             environ) == ENOENT);
  fflush(stdout);
  printf("%d\n", WEXITSTATUS(system("exit 5")));
  FILE* stream = popen("echo piped", "r");
  char line[20] = "";
  if (stream == nullptr || fgets(line, sizeof line, stream) == nullptr) return 1;
  printf("%s%d\n", line, pclose(stream));
  return end_region(0);
}

// The next to be opened is number 0: the agent holds none.
int close_all_files() {
  const int out = dup(STDOUT_FILENO);
  for (int file = 0; file < 1024; ++file)
    if (file != out) close(file);
  make_threads(2);
  winnow_region_end();
  dprintf(out, "%d %d\n", open("/dev/null", O_RDWR), open("/dev/null", O_RDWR));
  return 4;
}

int change_folder() {
  if (chdir("/") != 0) return 1;
  make_threads(4);
  winnow_region_end();
  fflush(stdout);
  execl(g_program, g_program, "small", nullptr);
  return 1;
}

int clear_environment() {
  fflush(stdout);
  execle(g_program, g_program, "environment", nullptr, g_empty_environment);
  return 1;
}

int print_environment() {
  printf("%d variables\n", environ[0] == nullptr ? 0 : 1);
  return small();
}

bool holds(void* block, size_t size_bytes) {
  if (block == nullptr || malloc_usable_size(block) < size_bytes) return false;
  memset(block, 1, size_bytes);
  free(block);
  return true;
}

// Eleven allocations and frees: each entry of the C library, and some operators.
int allocate_by_all() {
  void* aligned = nullptr;
  bool good = posix_memalign(&aligned, 64, 100) == 0 && holds(aligned, 100);
  void* (*volatile by_address)(size_t) = malloc;
  good &= holds(by_address(100), 100) && holds(calloc(10, 10), 100) && holds(valloc(100), 100);
  good &= holds(memalign(256, 100), 100) && holds(aligned_alloc(128, 128), 128);
  good &= holds(reallocarray(nullptr, 10, 10), 100) && holds(realloc(nullptr, 100), 100);
  struct alignas(256) Wide {
    char bytes[256];
  };
  Wide* volatile wide = new Wide[2];
  char* volatile plain = new (std::nothrow) char[100];
  int* volatile number = new int;
  good &= wide != nullptr && plain != nullptr && number != nullptr;
  delete[] wide;
  delete[] plain;
  delete number;
  winnow_region_end();
  errno = 0;
  volatile size_t too_many = static_cast<size_t>(-1);
  good &= reallocarray(nullptr, too_many, 2) == nullptr && errno == ENOMEM;
  errno = 77;
  free(malloc(10));
  good &= errno == 77;
  puts(good ? "good" : "bad");
  return 0;
}

int leave_at_once() {
  make_threads(2);
  winnow_region_end();
  puts("lost unless flushed");
  _exit(5);
}

int leave_quickly() {
  at_quick_exit([] { write(STDOUT_FILENO, "quick\n", 6) == 6 ? void() : abort(); });
  make_threads(2);
  quick_exit(end_region(6));
}

int die() {
  make_threads(2);
  winnow_region_end();
  abort();
}

struct Way {
  const char* name;
  int (*run)();
};

constexpr Way kWays[] = {{"small", small},
                         {"vfork", spawn_by_vfork},
                         {"fork", fork_without_exec},
                         {"clone", clone_without_memory},
                         {"plug-in", load_plugin},
                         {"longjmp", jump_out_of_handler},
                         {"cancel", cancel_threads},
                         {"thread-locals", end_with_thread_locals},
                         {"exec-itself", exec_itself},
                         {"spawn", spawn},
                         {"close-files", close_all_files},
                         {"change-folder", change_folder},
                         {"clear-environment", clear_environment},
                         {"environment", print_environment},
                         {"allocate", allocate_by_all},
                         {"_exit", leave_at_once},
                         {"quick-exit", leave_quickly},
                         {"abort", die}};

}  // namespace

int main(int argc, char** argv) {
  static char program[4096];
  const ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
  if (size <= 0 || argc < 2) return 1;
  g_program = program;
  g_plugin = argc > 2 ? argv[2] : nullptr;
  winnow_region_begin();
  for (const Way& way : kWays)
    if (strcmp(way.name, argv[1]) == 0) return way.run();
  return 1;
}
