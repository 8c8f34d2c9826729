// An allocator of its own. In an executable no call reaches the C library's malloc, or one that is
// preloaded; in a shared library calls reach it through those that are. Memory that another
// allocator made ends the program. Nothing is ever freed.
#include <malloc.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

constexpr size_t kArenaBytes = size_t{1} << 30;  // of addresses; memory where it is touched
constexpr size_t kHeaderBytes = 16;              // holds the block's size

std::atomic<size_t> g_used{0};

char* arena() {
  static std::atomic<char*> made{nullptr};
  char* start = made.load();
  if (start != nullptr) return start;
  void* mapped = mmap(nullptr, kArenaBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) abort();
  // Another thread may have been first: its arena holds, this one stays untouched.
  return made.compare_exchange_strong(start, static_cast<char*>(mapped))
             ? static_cast<char*>(mapped)
             : start;
}

void* take(size_t size_bytes, size_t alignment) {
  alignment = std::max(alignment, kHeaderBytes);
  const size_t room = (size_bytes + alignment + 2 * kHeaderBytes) & ~(kHeaderBytes - 1);
  const size_t start = g_used.fetch_add(room);
  if (start + room > kArenaBytes) abort();
  const size_t block = (start + kHeaderBytes + alignment - 1) & ~(alignment - 1);
  memcpy(arena() + block - kHeaderBytes, &size_bytes, sizeof size_bytes);
  return arena() + block;
}

void check(void* pointer) {
  const auto from_start = static_cast<size_t>(static_cast<char*>(pointer) - arena());
  if (pointer != nullptr && from_start >= kArenaBytes) abort();
}

}  // namespace

extern "C" {

void* malloc(size_t size_bytes) { return take(size_bytes, kHeaderBytes); }
size_t malloc_usable_size(void* pointer) {
  if (pointer == nullptr) return 0;
  check(pointer);
  size_t size_bytes = 0;
  memcpy(&size_bytes, static_cast<char*>(pointer) - kHeaderBytes, sizeof size_bytes);
  return size_bytes;
}

void* calloc(size_t count, size_t size_bytes) { return take(count * size_bytes, kHeaderBytes); }
void free(void* pointer) { check(pointer); }

void* realloc(void* old, size_t size_bytes) {
  void* made = take(size_bytes, kHeaderBytes);
  if (old == nullptr) return made;
  return memcpy(made, old, std::min(malloc_usable_size(old), size_bytes));
}

void* memalign(size_t alignment, size_t size_bytes) { return take(size_bytes, alignment); }
void* valloc(size_t size_bytes) { return take(size_bytes, 4096); }
void* aligned_alloc(size_t alignment, size_t size_bytes) { return take(size_bytes, alignment); }

int posix_memalign(void** result, size_t alignment, size_t size_bytes) {
  *result = take(size_bytes, alignment);
  return 0;
}
}

void* operator new(size_t size_bytes) { return malloc(size_bytes); }
void* operator new[](size_t size_bytes) { return malloc(size_bytes); }
void operator delete(void* pointer) noexcept { check(pointer); }
void operator delete[](void* pointer) noexcept { check(pointer); }
void operator delete(void* pointer, size_t) noexcept { check(pointer); }
void operator delete[](void* pointer, size_t) noexcept { check(pointer); }
