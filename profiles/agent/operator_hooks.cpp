#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "profiles/agent/next_allocator.h"

// C++'s operators: jemalloc and tcmalloc define them, and make them without malloc; those of
// libstdc++ call malloc, which has counted then. A program in C that loads plug-ins in C++ has none
// before that, and finds these: they are malloc and free then, from its start to its end.

namespace winnow::agent {
namespace {

using std::align_val_t;
using std::nothrow_t;

// Names with size_t as "unsigned long", as all 64-bit systems have it.
constinit Next<void*(size_t)> next_new{"_Znwm"}, next_new_array{"_Znam"};
constinit Next<void*(size_t, const nothrow_t&)> next_new_nothrow{"_ZnwmRKSt9nothrow_t"},
    next_new_array_nothrow{"_ZnamRKSt9nothrow_t"};
constinit Next<void*(size_t, align_val_t)> next_new_aligned{"_ZnwmSt11align_val_t"},
    next_new_array_aligned{"_ZnamSt11align_val_t"};
constinit Next<void*(size_t, align_val_t, const nothrow_t&)> next_new_aligned_nothrow{
    "_ZnwmSt11align_val_tRKSt9nothrow_t"},
    next_new_array_aligned_nothrow{"_ZnamSt11align_val_tRKSt9nothrow_t"};
constinit Next<void(void*)> next_delete{"_ZdlPv"}, next_delete_array{"_ZdaPv"};
constinit Next<void(void*, size_t)> next_delete_sized{"_ZdlPvm"},
    next_delete_array_sized{"_ZdaPvm"};
constinit Next<void(void*, const nothrow_t&)> next_delete_nothrow{"_ZdlPvRKSt9nothrow_t"},
    next_delete_array_nothrow{"_ZdaPvRKSt9nothrow_t"};
constinit Next<void(void*, align_val_t)> next_delete_aligned{"_ZdlPvSt11align_val_t"},
    next_delete_array_aligned{"_ZdaPvSt11align_val_t"};
constinit Next<void(void*, size_t, align_val_t)> next_delete_sized_aligned{
    "_ZdlPvmSt11align_val_t"},
    next_delete_array_sized_aligned{"_ZdaPvmSt11align_val_t"};
constinit Next<void(void*, align_val_t, const nothrow_t&)> next_delete_aligned_nothrow{
    "_ZdlPvSt11align_val_tRKSt9nothrow_t"},
    next_delete_array_aligned_nothrow{"_ZdaPvSt11align_val_tRKSt9nothrow_t"};

size_t alignment_of() { return kUsualAlignment; }
size_t alignment_of(const nothrow_t&) { return kUsualAlignment; }
size_t alignment_of(align_val_t alignment) { return static_cast<size_t>(alignment); }
size_t alignment_of(align_val_t alignment, const nothrow_t&) { return alignment_of(alignment); }

// Throws what the plug-in's library throws: it is loaded by now.
void* out_of_memory(size_t size_bytes) {
  void* library = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_NOLOAD);
  void* found = library != nullptr ? dlsym(library, "_Znwm") : nullptr;
  return found != nullptr ? reinterpret_cast<void* (*)(size_t)>(found)(size_bytes) : nullptr;
}

template <bool throws, class... Arguments>
void* make(Next<void*(size_t, Arguments...)>& next, size_t size_bytes,
           std::type_identity_t<Arguments>... arguments) {
  if (auto* function = next.get())
    return allocated(size_bytes, [&] { return function(size_bytes, arguments...); });
  const size_t alignment = std::max(alignment_of(arguments...), kUsualAlignment);
  size_bytes = std::max(size_bytes, size_t{1});
  void* made = alignment == kUsualAlignment ? malloc(size_bytes) : memalign(alignment, size_bytes);
  if (made != nullptr || !throws) return made;
  out_of_memory(SIZE_MAX / 2);
  abort();
}

template <class... Arguments>
void unmake(Next<void(void*, Arguments...)>& next, void* pointer,
            std::type_identity_t<Arguments>... arguments) {
  auto* function = next.get();
  if (function == nullptr) return free(pointer);
  freed(pointer, [&] { function(pointer, arguments...); });
}

template <class... Functions>
void find(Next<Functions>&... next) {
  (next.get(), ...);
}

}  // namespace

void find_operators() {
  find(next_new, next_new_array, next_new_nothrow, next_new_array_nothrow, next_new_aligned,
       next_new_array_aligned, next_new_aligned_nothrow, next_new_array_aligned_nothrow);
  find(next_delete, next_delete_array, next_delete_sized, next_delete_array_sized,
       next_delete_nothrow, next_delete_array_nothrow, next_delete_aligned,
       next_delete_array_aligned, next_delete_sized_aligned, next_delete_array_sized_aligned,
       next_delete_aligned_nothrow, next_delete_array_aligned_nothrow);
}

}  // namespace winnow::agent

using namespace winnow::agent;

void* operator new(size_t size) { return make<true>(next_new, size); }
void* operator new[](size_t size) { return make<true>(next_new_array, size); }
void* operator new(size_t size, align_val_t alignment) {
  return make<true>(next_new_aligned, size, alignment);
}
void* operator new[](size_t size, align_val_t alignment) {
  return make<true>(next_new_array_aligned, size, alignment);
}
void* operator new(size_t size, const nothrow_t& tag) noexcept {
  return make<false>(next_new_nothrow, size, tag);
}
void* operator new[](size_t size, const nothrow_t& tag) noexcept {
  return make<false>(next_new_array_nothrow, size, tag);
}
void* operator new(size_t size, align_val_t alignment, const nothrow_t& tag) noexcept {
  return make<false>(next_new_aligned_nothrow, size, alignment, tag);
}
void* operator new[](size_t size, align_val_t alignment, const nothrow_t& tag) noexcept {
  return make<false>(next_new_array_aligned_nothrow, size, alignment, tag);
}

void operator delete(void* pointer) noexcept { unmake(next_delete, pointer); }
void operator delete[](void* pointer) noexcept { unmake(next_delete_array, pointer); }
void operator delete(void* pointer, size_t size) noexcept {
  unmake(next_delete_sized, pointer, size);
}
void operator delete[](void* pointer, size_t size) noexcept {
  unmake(next_delete_array_sized, pointer, size);
}
void operator delete(void* pointer, align_val_t alignment) noexcept {
  unmake(next_delete_aligned, pointer, alignment);
}
void operator delete[](void* pointer, align_val_t alignment) noexcept {
  unmake(next_delete_array_aligned, pointer, alignment);
}
void operator delete(void* pointer, size_t size, align_val_t alignment) noexcept {
  unmake(next_delete_sized_aligned, pointer, size, alignment);
}
void operator delete[](void* pointer, size_t size, align_val_t alignment) noexcept {
  unmake(next_delete_array_sized_aligned, pointer, size, alignment);
}
void operator delete(void* pointer, const nothrow_t& tag) noexcept {
  unmake(next_delete_nothrow, pointer, tag);
}
void operator delete[](void* pointer, const nothrow_t& tag) noexcept {
  unmake(next_delete_array_nothrow, pointer, tag);
}
void operator delete(void* pointer, align_val_t alignment, const nothrow_t& tag) noexcept {
  unmake(next_delete_aligned_nothrow, pointer, alignment, tag);
}
void operator delete[](void* pointer, align_val_t alignment, const nothrow_t& tag) noexcept {
  unmake(next_delete_array_aligned_nothrow, pointer, alignment, tag);
}
