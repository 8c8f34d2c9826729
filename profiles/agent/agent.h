#pragma once

#include <ctime>

#include "profiles/agent/agent_file.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

// The inside of the agent: a library that is preloaded into the measured program. Its hooks neither
// allocate nor throw nor take locks, and need nothing but libc. A hook that has nothing to count
// jumps straight to the real function, so that no frame of the agent appears in sampled stacks.
#pragma GCC visibility push(hidden)
namespace winnow::agent {

enum class Pass { kNone, kCpu, kWall, kHeap, kSync };

struct State {
  Pass pass = Pass::kNone;
  Header* header = nullptr;
  Slot* slots = nullptr;
  EventsHeader* events = nullptr;  // null: states are not recorded
  EventChunk* chunks = nullptr;
  bool tsc = false;            // ticks are rdtsc's; else nanoseconds of CLOCK_MONOTONIC
  int profile_signal = 0;      // wall pass: to unblock in every thread
  bool whole_process = false;  // the region is from the agent's load to the process's end
  bool ready = false;          // the constructor has run
};
extern State g_state;

// kOff unless this process counts: what the hooks look at first. It lies where a child process that
// does not share its parent's memory finds 0, however it was made.
extern std::atomic<uint32_t>* g_phase;

// Own, so that threads that the agent did not see start are noticed on their first call.
extern __thread Slot* t_slot __attribute__((tls_model("initial-exec")));
extern __thread bool t_uncounted __attribute__((tls_model("initial-exec")));

inline int64_t monotonic_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

inline int64_t process_cpu_ns() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

inline uint64_t now_ticks() {
#if defined(__x86_64__)
  if (__builtin_expect(g_state.tsc, 1)) return __rdtsc();
#endif
  return static_cast<uint64_t>(monotonic_ns());
}

inline uint32_t phase() { return g_phase->load(std::memory_order_relaxed); }
inline bool tracking() { return phase() == kBeforeRegion || phase() == kInRegion; }

// accounts.cpp
int64_t own_cpu_ns();

// slots.cpp
Slot* acquire_slot();            // null: none is free
void release_slot(Slot* slot);   // clears all but what was folded
Slot* adopt_thread();            // a slot for a calling thread that has none yet; may be null
void thread_starts(Slot* slot);  // on the new thread
void thread_ends(Slot* slot);    // on the ending thread

inline Slot* own_slot() {
  if (__builtin_expect(t_slot != nullptr, 1)) return t_slot;
  return t_uncounted ? nullptr : adopt_thread();
}

// accounts.cpp. It is no point of cancellation: hooks that are none call it.
bool read_small(const char* path, char* text, size_t size_bytes);  // a small file, as a string
enum class Moment { kBegin, kEnd };  // which side of the reading does not belong to the account
void take_own_account(Account& account, Moment moment);
void take_account(int64_t tid, Account& account);  // of another thread; leaves tid 0 if it is gone

// figures.cpp: time from `since` to now, as far as it lies within the region.
uint64_t ticks_in_region(uint64_t since, uint64_t until);
void begin_op(Slot* slot, Op op);
void end_op(Slot* slot, bool counts);
void enter_mark(Slot* slot, uint32_t mark);
// CPU time since the last charge, as far as it lies within the region, to the thread's place.
void charge(Slot* slot, int64_t cpu_ns);

// events.cpp
bool map_events_file(const char* path);  // false: errno tells
void add_event(Slot* slot, uint64_t ticks, uint32_t event);

// What a thread's timeline is made of; within the region only.
inline void record_mark(Slot* slot, uint32_t mark, uint32_t left, uint64_t ticks) {
  if (mark != 0) slot->marked = true;
  if (g_state.events != nullptr && phase() == kInRegion && mark != left)
    add_event(slot, ticks, mark);
}
inline void record_wait(Slot* slot, Event event, uint64_t ticks) {
  if (g_state.events != nullptr && !slot->marked && phase() == kInRegion)
    add_event(slot, ticks, event);
}

// process.cpp
bool is_own_process();  // false in a child, also in one that shares its parent's memory
void note_child();      // this process made one

// region.cpp
void open_region();
bool close_region();   // false: it was not open, or this is not the process that opened it
void reopen_region();  // as if it had not been closed

// profilers.cpp
void profiler_process_start();
void profiler_region_begin();
void profiler_region_end();
void profiler_thread_start();
void profiler_after_fork();  // in the child: it must not write into its parent's files

extern char g_out_folder[];
void complain(const char* what, const char* why);

}  // namespace winnow::agent
#pragma GCC visibility pop
