#pragma once

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>

#pragma GCC visibility push(hidden)
namespace winnow::agent {

// The function that a hook stands before; found at load (find_all), or before that on first use: a
// search takes a lock that another thread may hold while it loads a library and waits for this one.
template <class Function>
class Real {
 public:
  constexpr explicit Real(const char* name, const char* version = nullptr)
      : name_(name), version_(version) {}

  Function* get() {
    Function* found = address_.load(std::memory_order_relaxed);
    return __builtin_expect(found != nullptr, 1) ? found : find();
  }

 private:
  __attribute__((noinline, cold)) Function* find() {
    void* found = version_ ? dlvsym(RTLD_NEXT, name_, version_) : nullptr;
    if (found == nullptr) found = dlsym(RTLD_NEXT, name_);
    if (found == nullptr) dlerror();  // nobody else's error
    address_.store(reinterpret_cast<Function*>(found), std::memory_order_relaxed);
    return reinterpret_cast<Function*>(found);
  }

  const char* name_;
  const char* version_;
  std::atomic<Function*> address_{nullptr};
};

template <class... Functions>
void find_all(Real<Functions>&... real) {
  (real.get(), ...);
}

// Its destructor marks a thread's end, however it ends: return, pthread_exit or cancellation.
extern pthread_key_t g_thread_end_key;

}  // namespace winnow::agent
#pragma GCC visibility pop
