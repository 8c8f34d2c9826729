#include <cerrno>
#include <cstddef>

#include "profiles/agent/agent.h"

using namespace winnow::agent;

// What was asked for, as gperftools' heap profiler counts it: a reallocation frees and allocates.
extern "C" {

void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void* __libc_valloc(size_t);
void* __libc_pvalloc(size_t);
void __libc_free(void*);
}

namespace {

inline bool counting() { return __builtin_expect(phase() == kInRegion, 0); }

__attribute__((noinline)) void* count_allocation(void* result, size_t size_bytes) {
  Slot* slot = result ? own_slot() : nullptr;
  if (slot != nullptr) {
    slot->live.allocations += 1;
    slot->live.allocated_bytes += size_bytes;
  }
  return result;
}

__attribute__((noinline)) void count_free() {
  if (Slot* slot = own_slot()) slot->live.frees += 1;
}

void* aligned(size_t alignment, size_t size_bytes) {
  void* result = __libc_memalign(alignment, size_bytes);
  return counting() ? count_allocation(result, size_bytes) : result;
}

}  // namespace

extern "C" {

void* malloc(size_t size_bytes) {
  if (!counting()) return __libc_malloc(size_bytes);
  return count_allocation(__libc_malloc(size_bytes), size_bytes);
}

void* calloc(size_t count, size_t size_bytes) {
  if (!counting()) return __libc_calloc(count, size_bytes);
  // The product does not overflow where there is a result.
  return count_allocation(__libc_calloc(count, size_bytes), count * size_bytes);
}

void* realloc(void* old, size_t size_bytes) {
  if (!counting()) return __libc_realloc(old, size_bytes);
  void* result = __libc_realloc(old, size_bytes);
  if (old != nullptr && (result != nullptr || size_bytes == 0)) count_free();
  return count_allocation(result, size_bytes);
}

void free(void* pointer) {
  if (counting() && pointer != nullptr) count_free();
  __libc_free(pointer);
}

void* memalign(size_t alignment, size_t size_bytes) { return aligned(alignment, size_bytes); }

void* aligned_alloc(size_t alignment, size_t size_bytes) { return aligned(alignment, size_bytes); }

int posix_memalign(void** result, size_t alignment, size_t size_bytes) {
  const bool power_of_two = alignment != 0 && (alignment & (alignment - 1)) == 0;
  if (!power_of_two || alignment % sizeof(void*) != 0) return EINVAL;
  const int saved_errno = errno;
  void* allocated = aligned(alignment, size_bytes);
  errno = saved_errno;  // POSIX: not set
  if (allocated == nullptr) return ENOMEM;
  *result = allocated;
  return 0;
}

void* valloc(size_t size_bytes) {
  void* result = __libc_valloc(size_bytes);
  return counting() ? count_allocation(result, size_bytes) : result;
}

void* pvalloc(size_t size_bytes) {
  void* result = __libc_pvalloc(size_bytes);
  return counting() ? count_allocation(result, size_bytes) : result;
}
}
