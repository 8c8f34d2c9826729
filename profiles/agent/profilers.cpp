#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "profiles/agent/agent.h"

// gperftools' profilers, which are preloaded beside the agent, opened and closed with the region.
namespace winnow::agent {
namespace {

char g_profile_path[PATH_MAX];  // empty while the CPU profiler does not run

template <class Function>
Function* find(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

bool out_path(char (&path)[PATH_MAX], const char* name) {
  const int size = snprintf(path, sizeof path, "%s/%s", g_out_folder, name);
  return size > 0 && size < static_cast<int>(sizeof path);
}

int descriptor_of(const char* path) {
  char link[64], target[PATH_MAX];
  for (int file = 0; file < 1024; ++file) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t size = readlink(link, target, sizeof target - 1);
    if (size <= 0) continue;
    target[size] = '\0';
    if (strcmp(target, path) == 0) return file;
  }
  return -1;
}

int g_exit_status = 0;
bool g_forked_while_profiling = false;

void note_exit_status(int status, void*) { g_exit_status = status; }

// Runs before libprofiler's own destructors, because the agent is preloaded before it. Those would
// wait forever in the child of a fork, if a thread of the parent was just being sampled then.
__attribute__((destructor)) void leave_forked_child() {
  if (!g_forked_while_profiling) return;
  fflush(nullptr);
  _exit(g_exit_status);
}

void start_cpu_profiler() {
  auto* start = find<int(const char*)>("ProfilerStart");
  if (start == nullptr) return complain("ProfilerStart", "libprofiler is not preloaded");
  if (!out_path(g_profile_path, "cpu.prof")) return complain(g_out_folder, "path too long");
  on_exit(note_exit_status, nullptr);
  if (start(g_profile_path) == 0) {
    complain(g_profile_path, "the CPU profiler could not be started");
    g_profile_path[0] = '\0';
  }
}

int g_heap_dumps = 0;

// The dump gets a name of its own: a forked child that exits numbers its dump as this process would
// number the next one.
void dump_heap(const char* name) {
  const int number = ++g_heap_dumps;
  char numbered[32], from[PATH_MAX], to[PATH_MAX];
  snprintf(numbered, sizeof numbered, "heap.%04d.heap", number);
  auto* dump = find<void(const char*)>("HeapProfilerDump");
  if (dump == nullptr || !out_path(from, numbered) || !out_path(to, name)) return;
  dump(name);
  if (rename(from, to) != 0) complain(from, strerror(errno));
}

}  // namespace

void profiler_process_start() {
  if (g_state.pass == Pass::kWall) {
    if (const char* number = getenv("CPUPROFILE_TIMER_SIGNAL")) {
      g_state.profile_signal = atoi(number);
    }
  }
  if (g_state.pass != Pass::kHeap) return;
  auto* start = find<void(const char*)>("HeapProfilerStart");
  if (start == nullptr) return complain("HeapProfilerStart", "libtcmalloc is not preloaded");
  char prefix[PATH_MAX];
  if (!out_path(prefix, "heap")) return complain(g_out_folder, "path too long");
  start(prefix);
}

void profiler_region_begin() {
  if (g_state.pass == Pass::kCpu || g_state.pass == Pass::kWall) start_cpu_profiler();
  if (g_state.pass == Pass::kHeap) dump_heap("begin.heap");
}

void profiler_region_end() {
  if (g_state.pass == Pass::kCpu || g_state.pass == Pass::kWall) {
    if (auto* stop = find<void()>("ProfilerStop")) stop();
    g_profile_path[0] = '\0';
  }
  if (g_state.pass == Pass::kHeap) {
    dump_heap("end.heap");
    // Else it dumps at exit, too. A process that fails to become another program goes on.
    auto* stop = find<void()>("HeapProfilerStop");
    if (stop != nullptr && !g_state.whole_process) stop();
  }
}

void profiler_thread_start() {
  if (g_state.profile_signal > 0) {
    // A program may block all signals before it creates its workers.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, g_state.profile_signal);
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  }
  // Registering allocates a few bytes under the lock of the signal handler, which a thread that is
  // forking, and holds malloc's locks, may be waiting for: a block of this size lies ready then.
  void* volatile ready = malloc(8);
  free(ready);
  if (auto* register_thread = find<void()>("ProfilerRegisterThread")) register_thread();
}

void profiler_after_fork() {
  if (g_profile_path[0] == '\0') return;
  g_forked_while_profiling = true;
  // The child of a fork shares the file's position: what it flushed at exit would tear the profile.
  const int profile = descriptor_of(g_profile_path);
  if (profile < 0) return;
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return;
  dup2(nowhere, profile);
  close(nowhere);
}

}  // namespace winnow::agent
