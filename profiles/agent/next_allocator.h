#pragma once

#include <dlfcn.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "profiles/agent/allocations.h"

// Each hook calls the next definition of its own name: what the program would have called without
// it. So a pointer is freed by the allocator that made it, whichever that is.
#pragma GCC visibility push(hidden)
namespace winnow::agent {

inline constexpr size_t kUsualAlignment = 16;

// This thread is in the linker, which may allocate itself.
extern __thread bool t_searching __attribute__((tls_model("initial-exec")));

// The next definition of `name`, searched once: at load, or before it by the first call. A library
// that comes later changes nothing, as it has not made what is to be freed.
template <class Function>
class Next {
 public:
  constexpr explicit Next(const char* name) : name_(name) {}

  // Null while this thread is searching, and where there is none.
  Function* get() {
    Function* found = address_.load(std::memory_order_acquire);
    if (__builtin_expect(found != nullptr, 1)) return found;
    return t_searching || searched_.load(std::memory_order_acquire) ? nullptr : find();
  }

 private:
  __attribute__((noinline, cold)) Function* find() {
    t_searching = true;
    auto* found = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name_));
    if (found == nullptr) dlerror();  // nobody else's error
    t_searching = false;
    address_.store(found, std::memory_order_release);
    searched_.store(true, std::memory_order_release);
    return found;
  }

  const char* name_;
  std::atomic<Function*> address_{nullptr};
  std::atomic<bool> searched_{false};
};

// Memory for the linker while malloc itself is searched: zero, never used again.
void* early_memory(size_t alignment, size_t size_bytes);
bool is_early(const void* pointer);
size_t early_size(const void* pointer);

void find_operators();  // all of operator_hooks.cpp

extern bool g_reached;  // a hook was, by a thread that was searching

inline Figures* counts() {
  if (__builtin_expect(!t_searching, 1)) return winnow_agent_counts();
  g_reached = true;
  return nullptr;
}

// The result of call(), counted unless another hook counted it meanwhile: many an allocator makes
// one call of another.
template <class Call>
void* allocated(size_t size_bytes, const Call& call) {
  Figures* figures = counts();
  if (figures == nullptr) return call();
  const uint64_t before = figures->allocations;
  void* result = call();
  if (result != nullptr && figures->allocations == before) {
    figures->allocations += 1;
    figures->allocated_bytes += size_bytes;
  }
  return result;
}

template <class Call>
void freed(void* pointer, const Call& call) {
  if (is_early(pointer)) return;
  Figures* figures = pointer != nullptr ? counts() : nullptr;
  const uint64_t before = figures != nullptr ? figures->frees : 0;
  call();
  if (figures != nullptr && figures->frees == before) figures->frees += 1;
}

}  // namespace winnow::agent
#pragma GCC visibility pop
