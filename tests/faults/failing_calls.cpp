// A library to preload: fails chosen calls of one program, and of none that it starts.
//
//   FAULT_PROGRAM  the program's file; in every other one nothing fails
//   FAULT_CALL     a kind of calls, by the names below
//   FAULT_NUMBER   the n-th call of the kind fails
//   FAULT_ERROR    with this errno; 0, of write: half of the bytes are written
//   FAULT_EVER     1: and so do all calls of the kind behind it, as on a disk that stays full
//   FAULT_FORKED   1: also in processes that the program forks, until they become another program
//   FAULT_COUNTS   a file of kCountsBytes that takes how often each kind was called; what failed is
//                  the last row
//
// What libc calls within itself is not seen: stdio's writes, above all.
#undef _FILE_OFFSET_BITS  // open and open64 are two names here, whatever they do
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
}

namespace {

enum Kind {
  kOpen,
  kRead,
  kWrite,
  kPrint,
  kRename,
  kUnlink,
  kMkdir,
  kSync,
  kTruncate,
  kStat,
  kClose,
  kMap,
  kPipe,
  kFork,
  kClone,
  kThread,
  kMemory,
  kTrace,
  kEvent,
  kFailed,  // no kind of calls: those that failed
  kKinds
};
constexpr const char* kNames[kKinds] = {"open",   "read",   "write",  "print",    "rename",
                                        "unlink", "mkdir",  "sync",   "truncate", "stat",
                                        "close",  "mmap",   "pipe",   "fork",     "clone",
                                        "thread", "memory", "ptrace", "event",    "(failed)"};

struct Row {
  char name[24];
  std::atomic<uint64_t> count;
};
constexpr size_t kCountsBytes = 4096;
static_assert(sizeof(Row) * kKinds <= kCountsBytes);

Row g_own_rows[kKinds];
Row* g_rows = g_own_rows;

enum State : int { kUnknown, kActs, kSleeps };
std::atomic<int> g_state{kUnknown};
pid_t g_pid = 0;
bool g_forked = false, g_ever = false;
int g_kind = kKinds, g_error = 0;
uint64_t g_number = 0;

const char* text_of(const char* name) {
  const char* value = getenv(name);
  return value ? value : "";
}

bool is_the_program() {
  char own[4096];
  const ssize_t size = readlink("/proc/self/exe", own, sizeof own - 1);
  if (size <= 0) return false;
  own[size] = '\0';
  return strcmp(own, text_of("FAULT_PROGRAM")) == 0;
}

// By the kernel's own calls: those of libc are ours.
void map_counts() {
  const long file = syscall(SYS_openat, AT_FDCWD, text_of("FAULT_COUNTS"), O_RDWR | O_CLOEXEC, 0);
  if (file < 0) return;
  const long memory =
      syscall(SYS_mmap, nullptr, kCountsBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  syscall(SYS_close, file);
  if (memory > 0) g_rows = reinterpret_cast<Row*>(memory);
  for (int i = 0; i < kKinds; ++i) strncpy(g_rows[i].name, kNames[i], sizeof(Row::name) - 1);
}

// Before the program has a second thread: libraries call these at their start.
int begin() {
  if (environ == nullptr) return kUnknown;  // libc has not begun
  g_state = kSleeps;                        // of what this calls itself
  if (!is_the_program()) return kSleeps;
  g_pid = getpid();
  g_forked = strcmp(text_of("FAULT_FORKED"), "1") == 0;
  g_ever = strcmp(text_of("FAULT_EVER"), "1") == 0;
  g_error = atoi(text_of("FAULT_ERROR"));
  g_number = strtoull(text_of("FAULT_NUMBER"), nullptr, 10);
  for (int i = 0; i < kFailed; ++i)
    if (strcmp(text_of("FAULT_CALL"), kNames[i]) == 0) g_kind = i;
  map_counts();
  return g_state = kActs;
}

bool acts() {
  int state = g_state;
  if (state == kUnknown) state = begin();
  return state == kActs && (g_forked || getpid() == g_pid);
}

// elfutils ends the program itself where it gets no memory: nobody who calls it can do better.
bool is_of_elfutils(const void* code) {
  Dl_info found;
  return dladdr(code, &found) != 0 && found.dli_fname != nullptr &&
         (strstr(found.dli_fname, "/libdw") != nullptr ||
          strstr(found.dli_fname, "/libelf") != nullptr);
}

// Counts a call; true: it is to fail, and errno says with what. Of one by elfutils (`caller`) the
// next one does.
bool fails(Kind kind, const void* caller = nullptr) {
  const int before = errno;
  const bool counts = acts();
  errno = before;
  if (!counts) return false;
  const uint64_t number = ++g_rows[kind].count;
  if (kind != g_kind || g_number == 0) return false;
  if (number != g_number && !(g_ever && number > g_number)) return false;
  if (caller != nullptr && is_of_elfutils(caller)) {
    g_number = number + 1;
    return false;
  }
  ++g_rows[kFailed].count;
  errno = g_error;
  return true;
}

template <class F>
F* next(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

bool creates(int flags) { return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE; }

}  // namespace

// The function of this name that stands behind this library.
#define NEXT(name)                       \
  static decltype(&name) real = nullptr; \
  if (real == nullptr) real = next<decltype(name)>(#name)
#define FORWARD(kind, failure, name, parameters, arguments) \
  name parameters {                                         \
    NEXT(name);                                             \
    return fails(kind) ? (failure) : real arguments;        \
  }

extern "C" {

#define OPEN(name)                                      \
  int name(const char* path, int flags, ...) {          \
    NEXT(name);                                         \
    mode_t mode = 0;                                    \
    if (creates(flags)) {                               \
      va_list more;                                     \
      va_start(more, flags);                            \
      mode = va_arg(more, mode_t);                      \
      va_end(more);                                     \
    }                                                   \
    return fails(kOpen) ? -1 : real(path, flags, mode); \
  }
#define OPEN_AT(name)                                           \
  int name(int folder, const char* path, int flags, ...) {      \
    NEXT(name);                                                 \
    mode_t mode = 0;                                            \
    if (creates(flags)) {                                       \
      va_list more;                                             \
      va_start(more, flags);                                    \
      mode = va_arg(more, mode_t);                              \
      va_end(more);                                             \
    }                                                           \
    return fails(kOpen) ? -1 : real(folder, path, flags, mode); \
  }
OPEN(open)
OPEN(open64)
OPEN_AT(openat)
OPEN_AT(openat64)
FILE* FORWARD(kOpen, nullptr, fopen, (const char* path, const char* mode), (path, mode))
    FILE* FORWARD(kOpen, nullptr, fopen64, (const char* path, const char* mode),
                  (path, mode)) DIR* FORWARD(kOpen, nullptr, opendir, (const char* path),
                                             (path)) DIR* FORWARD(kOpen, nullptr, fdopendir,
                                                                  (int file), (file))

        ssize_t
    FORWARD(kRead, -1, read, (int file, void* to, size_t size), (file, to, size)) ssize_t
    FORWARD(kRead, -1, pread, (int file, void* to, size_t size, off_t at),
            (file, to, size, at)) ssize_t
    FORWARD(kRead, -1, pread64, (int file, void* to, size_t size, off64_t at), (file, to, size, at))

    // Standard error tells what failed.
    ssize_t write(int file, const void* from, size_t size) {
  NEXT(write);
  if (file == STDERR_FILENO || !fails(kWrite)) return real(file, from, size);
  return errno == 0 ? real(file, from, (size + 1) / 2) : -1;
}
ssize_t FORWARD(kWrite, -1, writev, (int file, const iovec* from, int count),
                (file, from, count)) ssize_t
    FORWARD(kWrite, -1, pwrite, (int file, const void* from, size_t size, off_t at),
            (file, from, size, at)) ssize_t
    FORWARD(kWrite, -1, pwrite64, (int file, const void* from, size_t size, off64_t at),
            (file, from, size, at))

        size_t fwrite(const void* from, size_t size, size_t count, FILE* file) {
  NEXT(fwrite);
  return file == stdout && fails(kPrint) ? 0 : real(from, size, count, file);
}
int fflush(FILE* file) {
  NEXT(fflush);
  return file == stdout && fails(kPrint) ? EOF : real(file);
}

int FORWARD(kRename, -1, rename, (const char* from, const char* to), (from, to)) int FORWARD(
    kRename, -1, renameat, (int a, const char* from, int b, const char* to),
    (a, from, b,
     to)) int FORWARD(kRename, -1, renameat2,
                      (int a, const char* from, int b, const char* to, unsigned flags),
                      (a, from, b, to,
                       flags)) int FORWARD(kRename, -1, link, (const char* from, const char* to),
                                           (from, to)) int FORWARD(kRename, -1, linkat,
                                                                   (int a, const char* from, int b,
                                                                    const char* to, int flags),
                                                                   (a, from, b, to, flags))

    int FORWARD(kUnlink, -1, unlink, (const char* path), (path)) int FORWARD(
        kUnlink, -1, unlinkat, (int folder, const char* path, int flags),
        (folder, path, flags)) int FORWARD(kUnlink, -1, rmdir, (const char* path),
                                           (path)) int FORWARD(kUnlink, -1, remove,
                                                               (const char* path), (path))

        int FORWARD(kMkdir, -1, mkdir, (const char* path, mode_t mode),
                    (path, mode)) int FORWARD(kMkdir, -1, mkdirat,
                                              (int folder, const char* path, mode_t mode),
                                              (folder, path, mode))

            int FORWARD(kSync, -1, fsync, (int file), (file)) int FORWARD(
                kSync, -1, fdatasync, (int file),
                (file)) int FORWARD(kTruncate, -1, truncate, (const char* path, off_t size),
                                    (path,
                                     size)) int FORWARD(kTruncate, -1, truncate64,
                                                        (const char* path, off64_t size),
                                                        (path,
                                                         size)) int FORWARD(kTruncate, -1,
                                                                            ftruncate,
                                                                            (int file, off_t size),
                                                                            (file,
                                                                             size)) int FORWARD(kTruncate,
                                                                                                -1,
                                                                                                ftruncate64,
                                                                                                (int file,
                                                                                                 off64_t
                                                                                                     size),
                                                                                                (file,
                                                                                                 size))

                int FORWARD(kStat, -1, stat, (const char* path, struct stat* to), (path, to)) int FORWARD(
                    kStat, -1, lstat,
                    (const char* path, struct stat* to),
                    (path,
                     to)) int FORWARD(kStat, -1, fstat, (int file, struct stat* to),
                                      (file,
                                       to)) int FORWARD(kStat, -1, fstatat,
                                                        (int folder, const char* path,
                                                         struct stat* to, int flags),
                                                        (folder, path, to,
                                                         flags)) int FORWARD(kStat, -1, statx,
                                                                             (int folder,
                                                                              const char* path,
                                                                              int flags,
                                                                              unsigned mask,
                                                                              struct statx* to),
                                                                             (folder, path, flags,
                                                                              mask, to))

    // What is closed is closed, whatever the call says.
    int close(int file) {
  NEXT(close);
  const bool failing = fails(kClose);
  const int error = errno, result = real(file);
  if (failing) errno = error;
  return failing ? -1 : result;
}
int fclose(FILE* file) {
  NEXT(fclose);
  const bool failing = fails(kClose);
  const int error = errno, result = real(file);
  if (failing) errno = error;
  return failing ? EOF : result;
}

void* FORWARD(kMap, MAP_FAILED, mmap,
              (void* at, size_t size, int access, int flags, int file, off_t offset),
              (at, size, access, flags, file,
               offset)) void* FORWARD(kMap, MAP_FAILED, mmap64,
                                      (void* at, size_t size, int access, int flags, int file,
                                       off64_t offset),
                                      (at, size, access, flags, file, offset))

    int FORWARD(kPipe, -1, pipe, (int ends[2]),
                (ends)) int FORWARD(kPipe, -1, pipe2, (int ends[2], int flags), (ends, flags)) pid_t
    FORWARD(kFork, -1, fork, (), ()) int clone(int (*body)(void*), void* stack, int flags,
                                               void* argument, ...) {
  NEXT(clone);
  va_list more;
  va_start(more, argument);
  pid_t* parent = va_arg(more, pid_t*);
  void* thread_area = va_arg(more, void*);
  pid_t* child = va_arg(more, pid_t*);
  va_end(more);
  return fails(kClone) ? -1 : real(body, stack, flags, argument, parent, thread_area, child);
}
int FORWARD(kThread, errno, pthread_create,
            (pthread_t * thread, const pthread_attr_t* attributes, void* (*body)(void*),
             void* argument),
            (thread, attributes, body, argument))

    void* malloc(size_t size) {
  return fails(kMemory, __builtin_return_address(0)) ? nullptr : __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  return fails(kMemory, __builtin_return_address(0)) ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* old, size_t size) {
  return fails(kMemory, __builtin_return_address(0)) ? nullptr : __libc_realloc(old, size);
}
void* memalign(size_t alignment, size_t size) {
  return fails(kMemory) ? nullptr : __libc_memalign(alignment, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  return fails(kMemory) ? nullptr : __libc_memalign(alignment, size);
}
int posix_memalign(void** to, size_t alignment, size_t size) {
  if (fails(kMemory)) return ENOMEM;
  *to = __libc_memalign(alignment, size);
  return *to ? 0 : ENOMEM;
}

long ptrace(__ptrace_request request, ...) {
  NEXT(ptrace);
  va_list more;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wvarargs"  // glibc's own declaration has an enum there
  va_start(more, request);
#pragma GCC diagnostic pop
  const pid_t pid = va_arg(more, pid_t);
  void* address = va_arg(more, void*);
  void* data = va_arg(more, void*);
  va_end(more);
  return fails(kTrace) ? -1 : real(request, pid, address, data);
}

// Calls that libc has no function for; of them, events and descriptors of processes.
long syscall(long number, ...) {
  static long (*real)(long, ...) = nullptr;
  if (real == nullptr) real = next<long(long, ...)>("syscall");
  va_list more;
  va_start(more, number);
  long words[6];
  for (long& word : words) word = va_arg(more, long);
  va_end(more);
  const bool event = number == SYS_perf_event_open || number == SYS_pidfd_open;
  if (event && fails(kEvent)) return -1;
  return real(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

}  // extern "C"
