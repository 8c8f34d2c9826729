#include <algorithm>
#include <cerrno>
#include <cstring>

#include "profiles/agent/next_allocator.h"

// A library of its own, which only the passes that count allocations need. Counted is what was
// asked for, as gperftools' heap profiler does: a reallocation frees and allocates. What an
// allocator has under names of its own (mallocx, tc_malloc) has no hook: programs ask whether these
// names are there to find out which allocator they have.

namespace winnow::agent {

__thread bool t_searching = false;
bool g_reached = false;

namespace {

constinit Next<void*(size_t)> next_malloc{"malloc"};
constinit Next<void*(size_t, size_t)> next_calloc{"calloc"};
constinit Next<void*(void*, size_t)> next_realloc{"realloc"};
constinit Next<void*(void*, size_t, size_t)> next_reallocarray{"reallocarray"};
constinit Next<void(void*)> next_free{"free"};
constinit Next<void*(size_t, size_t)> next_memalign{"memalign"};
constinit Next<void*(size_t, size_t)> next_aligned_alloc{"aligned_alloc"};
constinit Next<int(void**, size_t, size_t)> next_posix_memalign{"posix_memalign"};
constinit Next<void*(size_t)> next_valloc{"valloc"};
constinit Next<void*(size_t)> next_pvalloc{"pvalloc"};
constinit Next<size_t(void*)> next_malloc_usable_size{"malloc_usable_size"};

constexpr size_t kPageBytes = 4096;
constexpr size_t kEarlyBytes = 64 * 1024;
alignas(kPageBytes) char g_early[kEarlyBytes];
std::atomic<size_t> g_early_used{0};

// What every allocation by `next` has in common.
template <class... Arguments>
void* allocate(Next<void*(Arguments...)>& next, size_t alignment, size_t size_bytes,
               std::type_identity_t<Arguments>... arguments) {
  auto* function = next.get();
  if (function == nullptr) return early_memory(alignment, size_bytes);
  return allocated(size_bytes, [&] { return function(arguments...); });
}

// A reallocation by call() of memory that is not early.
template <class Call>
void* reallocated(void* old, size_t size_bytes, const Call& call) {
  Figures* figures = counts();
  if (figures == nullptr) return call();
  const uint64_t frees = figures->frees;
  void* result = allocated(size_bytes, call);
  if (old != nullptr && (result != nullptr || size_bytes == 0) && figures->frees == frees)
    figures->frees += 1;
  return result;
}

void* moved_from_early(void* old, size_t size_bytes) {
  void* made = malloc(size_bytes);
  if (made != nullptr) memcpy(made, old, std::min(early_size(old), size_bytes));
  return made;
}

// A program's own malloc stands before these hooks, which get what is left of the family. Only a
// call tells: the address of malloc may be one in the program that leads here.
bool holds_malloc() {
  auto* first_malloc = reinterpret_cast<void* (*)(size_t)>(dlsym(RTLD_DEFAULT, "malloc"));
  auto* first_free = reinterpret_cast<void (*)(void*)>(dlsym(RTLD_DEFAULT, "free"));
  g_reached = false;
  t_searching = true;
  first_free(first_malloc(1));
  t_searching = false;
  return g_reached;
}

// Before the program runs: no hook has to search, in a signal handler or a child of vfork.
__attribute__((constructor)) void find_all() {
  next_malloc.get();
  next_calloc.get();
  next_realloc.get();
  next_reallocarray.get();
  next_free.get();
  next_memalign.get();
  next_aligned_alloc.get();
  next_posix_memalign.get();
  next_valloc.get();
  next_pvalloc.get();
  next_malloc_usable_size.get();
  find_operators();
  if (!holds_malloc()) winnow_agent_allocates_elsewhere();
}

}  // namespace

void* early_memory(size_t alignment, size_t size_bytes) {
  alignment = std::max(alignment, kUsualAlignment);
  if (size_bytes > kEarlyBytes || alignment > kPageBytes) return nullptr;
  const size_t room = size_bytes + alignment + kUsualAlignment;
  const size_t start = g_early_used.fetch_add(room, std::memory_order_relaxed);
  if (start + room > kEarlyBytes) return nullptr;
  const size_t block = (start + kUsualAlignment + alignment - 1) / alignment * alignment;
  memcpy(g_early + block - sizeof size_bytes, &size_bytes, sizeof size_bytes);
  return g_early + block;
}

bool is_early(const void* pointer) {
  return reinterpret_cast<uintptr_t>(pointer) - reinterpret_cast<uintptr_t>(g_early) < kEarlyBytes;
}

size_t early_size(const void* pointer) {
  size_t size_bytes;
  memcpy(&size_bytes, static_cast<const char*>(pointer) - sizeof size_bytes, sizeof size_bytes);
  return size_bytes;
}

}  // namespace winnow::agent

using namespace winnow::agent;

extern "C" {

void* malloc(size_t size_bytes) {
  return allocate(next_malloc, kUsualAlignment, size_bytes, size_bytes);
}

void* calloc(size_t count, size_t size_bytes) {
  // The product does not overflow where there is a result.
  return allocate(next_calloc, kUsualAlignment, count * size_bytes, count, size_bytes);
}

void* realloc(void* old, size_t size_bytes) {
  auto* next = next_realloc.get();
  if (next == nullptr && old == nullptr) return early_memory(kUsualAlignment, size_bytes);
  if (is_early(old)) return moved_from_early(old, size_bytes);
  if (next == nullptr) return nullptr;
  return reallocated(old, size_bytes, [&] { return next(old, size_bytes); });
}

void* reallocarray(void* old, size_t count, size_t size_bytes) {
  auto* next = next_reallocarray.get();
  size_t all_bytes;
  if (__builtin_mul_overflow(count, size_bytes, &all_bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  if (next == nullptr || is_early(old)) return realloc(old, all_bytes);
  return reallocated(old, all_bytes, [&] { return next(old, count, size_bytes); });
}

void free(void* pointer) {
  auto* next = next_free.get();
  if (next != nullptr) freed(pointer, [&] { next(pointer); });
}

void* memalign(size_t alignment, size_t size_bytes) {
  return allocate(next_memalign, alignment, size_bytes, alignment, size_bytes);
}

void* aligned_alloc(size_t alignment, size_t size_bytes) {
  return allocate(next_aligned_alloc, alignment, size_bytes, alignment, size_bytes);
}

int posix_memalign(void** result, size_t alignment, size_t size_bytes) {
  auto* next = next_posix_memalign.get();
  if (next == nullptr) return ENOMEM;
  int error = 0;
  allocated(size_bytes, [&] {
    error = next(result, alignment, size_bytes);
    return error == 0 ? *result : nullptr;
  });
  return error;
}

void* valloc(size_t size_bytes) {
  return allocate(next_valloc, kPageBytes, size_bytes, size_bytes);
}

void* pvalloc(size_t size_bytes) {
  return allocate(next_pvalloc, kPageBytes, size_bytes, size_bytes);
}

size_t malloc_usable_size(void* pointer) {
  if (is_early(pointer)) return early_size(pointer);
  auto* next = next_malloc_usable_size.get();
  return next != nullptr ? next(pointer) : 0;
}
}
