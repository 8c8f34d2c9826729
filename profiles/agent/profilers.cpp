#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

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

void start_cpu_profiler() {
  auto* start = find<int(const char*)>("ProfilerStart");
  if (start == nullptr) return complain("ProfilerStart", "libprofiler is not preloaded");
  if (!out_path(g_profile_path, "cpu.prof")) return complain(g_out_folder, "path too long");
  if (start(g_profile_path) == 0) {
    complain(g_profile_path, "the CPU profiler could not be started");
    g_profile_path[0] = '\0';
  }
}

void dump_heap(const char* reason) {
  if (auto* dump = find<void(const char*)>("HeapProfilerDump")) dump(reason);
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
  if (g_state.pass == Pass::kHeap) dump_heap("begin");
}

void profiler_region_end() {
  if (g_state.pass == Pass::kCpu || g_state.pass == Pass::kWall) {
    if (auto* stop = find<void()>("ProfilerStop")) stop();
    g_profile_path[0] = '\0';
  }
  if (g_state.pass == Pass::kHeap) {
    dump_heap("end");
    if (auto* stop = find<void()>("HeapProfilerStop")) stop();  // else it dumps at exit, too
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
  if (auto* register_thread = find<void()>("ProfilerRegisterThread")) register_thread();
}

void profiler_after_fork() {
  if (g_profile_path[0] == '\0') return;
  // The child of a fork shares the file's position: what it flushed at exit would tear the profile.
  const int profile = descriptor_of(g_profile_path);
  if (profile < 0) return;
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return;
  dup2(nowhere, profile);
  close(nowhere);
}

}  // namespace winnow::agent
