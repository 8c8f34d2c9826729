#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "profiles/agent/agent.h"
#include "profiles/agent/real.h"

namespace winnow::agent {

constinit State g_state;
constinit std::atomic<uint32_t> g_off{kOff};
constinit std::atomic<uint32_t>* g_phase = &g_off;
pthread_key_t g_thread_end_key;
char g_out_folder[PATH_MAX];

bool is_own_process() { return g_state.header != nullptr && g_state.header->pid == getpid(); }

void note_child() {
  if (g_state.pass != Pass::kNone)
    g_state.header->child_processes.fetch_add(1, std::memory_order_relaxed);
}

void complain(const char* what, const char* why) {
  char line[PATH_MAX + 256];
  snprintf(line, sizeof line, "winnow agent: %s: %s\n", what, why);
  [[maybe_unused]] auto ignored = write(STDERR_FILENO, line, strlen(line));
}

namespace {

bool invariant_tsc() {
#if defined(__x86_64__)
  unsigned a, b, c, d;
  return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & (1u << 8)) != 0;
#else
  return false;
#endif
}

Pass pass_of(const char* name) {
  if (name == nullptr) return Pass::kNone;
  if (strcmp(name, "cpu") == 0) return Pass::kCpu;
  if (strcmp(name, "wall") == 0) return Pass::kWall;
  if (strcmp(name, "heap") == 0) return Pass::kHeap;
  if (strcmp(name, "sync") == 0) return Pass::kSync;
  return Pass::kNone;
}

uint32_t slot_count() {
  const char* asked = getenv("WINNOW_AGENT_SLOTS");
  const long count = asked ? strtol(asked, nullptr, 10) : 0;
  return count > 0 && count <= kMaxSlots ? static_cast<uint32_t>(count) : kDefaultSlots;
}

uint32_t usable_cores() {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) return 0;
  return static_cast<uint32_t>(CPU_COUNT(&cores));
}

// The file belongs to the process that made it first. A program that this one starts inherits the
// preloading and finds the file taken; one that replaces it (taskset, env) has the same pid.
// `children` is how many processes it had made before, `replaced` whether it ran another program.
int open_agent_file(const char* path, uint64_t& children, bool& replaced) {
  const int created = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (created >= 0 || errno != EEXIST) return created;
  const int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return file;
  Header header;
  if (pread(file, static_cast<void*>(&header), sizeof header, 0) == sizeof header &&
      header.magic == kMagic && header.pid == getpid() && ftruncate(file, 0) == 0) {
    children = header.child_processes.load();
    replaced = true;
    return file;
  }
  close(file);
  errno = EEXIST;
  return -1;
}

// Without it all else is still counted.
void map_events() {
  const char* wanted = getenv("WINNOW_AGENT_EVENTS");
  if (g_state.pass != Pass::kSync || (wanted != nullptr && strcmp(wanted, "0") == 0)) return;
  char path[PATH_MAX];
  const int length = snprintf(path, sizeof path, "%s/events.bin", g_out_folder);
  if (length > 0 && length < static_cast<int>(sizeof path) && !map_events_file(path)) {
    complain(path, strerror(errno));
  }
}

bool map_agent_file() {
  char path[PATH_MAX];
  const int length = snprintf(path, sizeof path, "%s/agent.bin", g_out_folder);
  if (length <= 0 || length >= static_cast<int>(sizeof path)) {
    complain(g_out_folder, "path too long");
    return false;
  }
  uint64_t children = 0;
  bool replaced = false;
  const int file = open_agent_file(path, children, replaced);
  if (file < 0) {
    if (errno != EEXIST) complain(path, strerror(errno));
    return false;
  }
  const uint32_t slots = slot_count();
  const size_t size_bytes = kSlotsOffset + slots * sizeof(Slot);
  void* mapped = MAP_FAILED;
  if (ftruncate(file, static_cast<off_t>(size_bytes)) == 0) {
    mapped = mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  }
  const int error = errno;
  close(file);
  if (mapped == MAP_FAILED) {
    complain(path, strerror(error));
    return false;
  }
  g_state.header = static_cast<Header*>(mapped);
  g_state.slots = reinterpret_cast<Slot*>(static_cast<char*>(mapped) + kSlotsOffset);
  Header& header = *g_state.header;
  header.version = kVersion;
  header.slot_size = sizeof(Slot);
  header.slot_count = slots;
  header.cores = usable_cores();
  header.pid = getpid();
  header.counting = g_state.pass == Pass::kSync;
  header.child_processes.store(children);
  header.replaced = replaced;
  header.phase.store(kBeforeRegion);
  header.magic = kMagic;
  return true;
}

// A page that a child gets empty: clone(), _Fork() and the system calls run no handlers.
bool map_phase() {
  const auto size_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* mapped =
      mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return false;
  madvise(mapped, size_bytes, MADV_WIPEONFORK);
  g_phase = static_cast<std::atomic<uint32_t>*>(mapped);
  return true;
}

void end_thread(void* slot) {
  // Off: in a child process, whose slot is its parent's.
  if (phase() != kOff) thread_ends(static_cast<Slot*>(slot));
}

void leave_after_fork() {
  g_phase->store(kOff);
  g_state.pass = Pass::kNone;
  // The slot is shared with the parent: the end of the child's thread must not touch it.
  t_slot = nullptr;
  t_uncounted = true;
  pthread_setspecific(g_thread_end_key, nullptr);
  profiler_after_fork();
}

__attribute__((destructor)) void end_agent() {
  if (g_state.whole_process) close_region();
}

__attribute__((constructor)) void start_agent() {
  const Pass pass = pass_of(getenv("WINNOW_PASS"));
  const char* out = getenv("WINNOW_OUT");
  if (pass == Pass::kNone || out == nullptr) return;
  if (realpath(out, g_out_folder) == nullptr) return complain(out, strerror(errno));
  g_state.pass = pass;
  g_state.tsc = invariant_tsc();
  if (!map_phase() || !map_agent_file() || pthread_key_create(&g_thread_end_key, end_thread) != 0) {
    g_state.pass = Pass::kNone;
    return;
  }
  map_events();
  pthread_atfork(nullptr, note_child, leave_after_fork);
  profiler_process_start();
  g_state.ready = true;
  if (pass == Pass::kSync) {
    g_phase->store(kBeforeRegion);
    adopt_thread();
  }
  if (pass != Pass::kSync && pass != Pass::kHeap) return;
  const char* region = getenv("WINNOW_REGION");
  g_state.whole_process = region != nullptr && strcmp(region, "process") == 0;
  if (!g_state.whole_process) return;
  at_quick_exit(end_agent);
  open_region();
}

}  // namespace
}  // namespace winnow::agent
