#include <pthread.h>

#include "profiles/agent/agent.h"
#include "profiles/agent/real.h"

using namespace winnow::agent;

namespace {

constinit Real<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)> real_create{
    "pthread_create"};
constinit Real<int(pthread_t, void**)> real_join{"pthread_join"};

__attribute__((constructor)) void find_threads() { find_all(real_create, real_join); }

// A new thread finds what it is to run in the slot that its creator reserved: no allocation.
void* run_counted_thread(void* argument) {
  Slot* slot = static_cast<Slot*>(argument);
  thread_starts(slot);
  return slot->start(slot->argument);
}

void* run_profiled_thread(void* argument) {
  Slot* slot = static_cast<Slot*>(argument);
  void* (*start)(void*) = slot->start;
  void* start_argument = slot->argument;
  release_slot(slot);
  profiler_thread_start();
  return start(start_argument);
}

__attribute__((noinline)) int create_hooked(pthread_t* thread, const pthread_attr_t* attributes,
                                            void* (*start)(void*), void* argument) {
  const bool counts = tracking();
  Slot* own = counts ? own_slot() : nullptr;
  Slot* slot = acquire_slot();
  if (own) begin_op(own, kThreadCreate);
  int error;
  if (slot != nullptr) {
    slot->start = start;
    slot->argument = argument;
    slot->died_ticks = 0;
    slot->born_ticks = now_ticks();
    slot->state.store(kReserved, std::memory_order_release);
    error = real_create.get()(thread, attributes, counts ? run_counted_thread : run_profiled_thread,
                              slot);
    if (error != 0) release_slot(slot);
  } else {
    g_state.header->uncounted_threads.fetch_add(1, std::memory_order_relaxed);
    error = real_create.get()(thread, attributes, start, argument);
  }
  if (own) end_op(own, error == 0);
  return error;
}

}  // namespace

extern "C" {

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) {
  if (tracking() || g_state.pass == Pass::kWall) {
    return create_hooked(thread, attributes, start, argument);
  }
  return real_create.get()(thread, attributes, start, argument);
}

int pthread_join(pthread_t thread, void** result) {
  Slot* slot = tracking() ? own_slot() : nullptr;
  if (slot == nullptr) return real_join.get()(thread, result);
  begin_op(slot, kThreadJoin);
  const int error = real_join.get()(thread, result);
  end_op(slot, error == 0);
  return error;
}
}
