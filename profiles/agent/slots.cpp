#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

#include "profiles/agent/agent.h"
#include "profiles/agent/real.h"

namespace winnow::agent {

__thread Slot* t_slot = nullptr;
__thread bool t_uncounted = false;

Slot* acquire_slot() {
  Header& header = *g_state.header;
  uint64_t head = header.free_list.load(std::memory_order_acquire);
  while (uint32_t index_plus_1 = static_cast<uint32_t>(head)) {
    Slot& slot = g_state.slots[index_plus_1 - 1];
    uint64_t next = slot.next_free.load(std::memory_order_relaxed) | (((head >> 32) + 1) << 32);
    if (header.free_list.compare_exchange_weak(head, next, std::memory_order_acquire)) return &slot;
  }
  uint32_t used = header.used_slots.load(std::memory_order_relaxed);
  while (used < header.slot_count) {
    if (header.used_slots.compare_exchange_weak(used, used + 1, std::memory_order_relaxed)) {
      return &g_state.slots[used];
    }
  }
  return nullptr;
}

void release_slot(Slot* slot) {
  Header& header = *g_state.header;
  slot->tid.store(0, std::memory_order_relaxed);
  slot->op = kNoOp;
  slot->mark = 0;
  slot->mark_since_ticks = 0;
  slot->place = kPlaceOther;
  slot->cpu_since_ns = 0;
  slot->told = slot->marked = false;
  slot->live = {};
  slot->begin = {};
  slot->end = {};
  slot->state.store(kFree, std::memory_order_release);
  uint64_t head = header.free_list.load(std::memory_order_relaxed);
  uint64_t own = static_cast<uint64_t>(slot - g_state.slots) + 1;
  do {
    slot->next_free.store(static_cast<uint32_t>(head), std::memory_order_relaxed);
  } while (!header.free_list.compare_exchange_weak(head, own | (((head >> 32) + 1) << 32),
                                                   std::memory_order_release));
}

namespace {

void hold(Slot* slot) {
  slot->tid.store(gettid(), std::memory_order_relaxed);
  slot->died_ticks = 0;
  slot->op = kNoOp;
  slot->mark = 0;
  slot->mark_since_ticks = now_ticks();
  slot->place = kPlaceOther;
  slot->cpu_since_ns = 0;
  slot->told = slot->marked = false;
  slot->state.store(kRunning, std::memory_order_release);
  t_slot = slot;
  pthread_setspecific(g_thread_end_key, slot);
}

void fold(Slot& slot) {
  Folded& to = slot.folded;
  for (uint32_t i = 0; i < kOpCount; ++i) {
    to.figures.ops[i].count += slot.live.ops[i].count;
    to.figures.ops[i].ticks += slot.live.ops[i].ticks;
  }
  for (uint32_t i = 0; i < kMarkCount; ++i) {
    to.figures.marks[i].count += slot.live.marks[i].count;
    to.figures.marks[i].ticks += slot.live.marks[i].ticks;
  }
  for (uint32_t i = 0; i < kPlaceCount; ++i) to.figures.cpu_ns[i] += slot.live.cpu_ns[i];
  to.figures.allocations += slot.live.allocations;
  to.figures.allocated_bytes += slot.live.allocated_bytes;
  to.figures.frees += slot.live.frees;
  to.threads += 1;
  to.life_ticks += slot.died_ticks - slot.born_ticks;
  to.cpu_ns += slot.end.cpu_ns;
  if (slot.end.run_queue_ns >= 0) {
    to.run_queue_ns += slot.end.run_queue_ns;
  } else {
    to.run_queue_unknown += 1;
  }
  to.voluntary_switches += slot.end.voluntary_switches;
  to.involuntary_switches += slot.end.involuntary_switches;
}

}  // namespace

Slot* adopt_thread() {
  if (!tracking() || !g_state.ready) return nullptr;
  const int saved_errno = errno;  // free() keeps it
  t_uncounted = true;             // what follows must not come back here
  Slot* slot = acquire_slot();
  if (slot == nullptr) {
    g_state.header->uncounted_threads.fetch_add(1, std::memory_order_relaxed);
    return nullptr;
  }
  slot->born_ticks = now_ticks();
  hold(slot);
  if (phase() == kInRegion) take_own_account(slot->begin, Moment::kBegin);
  t_uncounted = false;
  errno = saved_errno;
  return slot;
}

void thread_starts(Slot* slot) { hold(slot); }

void thread_ends(Slot* slot) {
  t_slot = nullptr;
  t_uncounted = true;
  if (slot->op != kNoOp) end_op(slot, true);  // cancelled inside a call
  slot->died_ticks = now_ticks();
  enter_mark(slot, 0);
  if (slot->told && phase() == kInRegion) add_event(slot, slot->mark_since_ticks, kThreadEnds);
  const uint64_t begin = g_state.header->region_begin_ticks.load(std::memory_order_acquire);
  const uint64_t end = g_state.header->region_end_ticks.load(std::memory_order_acquire);
  if (begin == 0) return release_slot(slot);  // ended before the region: no part of it
  const int64_t tid = slot->tid.load(std::memory_order_relaxed);
  if (slot->end.tid != tid) {
    take_own_account(slot->end, Moment::kEnd);
    charge(slot, slot->end.cpu_ns);
  }
  if (end == 0 && slot->born_ticks >= begin && slot->begin.tid != tid) {
    fold(*slot);
    return release_slot(slot);
  }
  if (end == 0) prctl(PR_GET_NAME, slot->name);
  slot->state.store(kEnded, std::memory_order_release);
}

}  // namespace winnow::agent
