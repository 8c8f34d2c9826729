#include "profiles/agent/allocation_hooks.h"

#include <cerrno>
#include <cstddef>

// A library of its own: whoever defines malloc takes the place of a shared allocator that the
// program may use, which only the passes that count allocations need.

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

void* counted(void* result, size_t size_bytes) {
  if (result != nullptr) winnow_agent_allocated(size_bytes);
  return result;
}

void* aligned(size_t alignment, size_t size_bytes) {
  return counted(__libc_memalign(alignment, size_bytes), size_bytes);
}

}  // namespace

extern "C" {

void* malloc(size_t size_bytes) { return counted(__libc_malloc(size_bytes), size_bytes); }

void* calloc(size_t count, size_t size_bytes) {
  // The product does not overflow where there is a result.
  return counted(__libc_calloc(count, size_bytes), count * size_bytes);
}

void* realloc(void* old, size_t size_bytes) {
  void* result = __libc_realloc(old, size_bytes);
  if (old != nullptr && (result != nullptr || size_bytes == 0)) winnow_agent_freed();
  return counted(result, size_bytes);
}

void free(void* pointer) {
  if (pointer != nullptr) winnow_agent_freed();
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

void* valloc(size_t size_bytes) { return counted(__libc_valloc(size_bytes), size_bytes); }

void* pvalloc(size_t size_bytes) { return counted(__libc_pvalloc(size_bytes), size_bytes); }
}
