#include "base/region.h"
#include "profiles/agent/agent.h"

namespace winnow::agent {

uint64_t ticks_in_region(uint64_t since, uint64_t until) {
  const uint64_t begin = g_state.header->region_begin_ticks.load(std::memory_order_relaxed);
  if (begin == 0) return 0;
  const uint64_t end = g_state.header->region_end_ticks.load(std::memory_order_relaxed);
  if (since < begin) since = begin;
  if (end != 0 && until > end) until = end;
  return until > since ? until - since : 0;
}

namespace {

bool started_in_region(uint64_t since) {
  const uint64_t begin = g_state.header->region_begin_ticks.load(std::memory_order_relaxed);
  const uint64_t end = g_state.header->region_end_ticks.load(std::memory_order_relaxed);
  return begin != 0 && since >= begin && (end == 0 || since < end);
}

Place place_of(const Slot& slot) {
  if (slot.op == kThreadCreate || slot.op == kThreadJoin) return kPlaceCreating;
  switch (slot.mark) {
    case WINNOW_SEARCHING:
      return kPlaceSearching;
    case WINNOW_WAITING:
      return kPlaceWaiting;
    case WINNOW_SIGNALLING:
      return kPlaceSignalling;
    default:
      break;
  }
  switch (slot.op) {
    case kConditionWait:
    case kMutexContended:
    case kFutexWait:
      return kPlaceWaiting;
    case kConditionSignal:
    case kConditionBroadcast:
    case kFutexWake:
      return kPlaceSignalling;
    case kYield:
      return kPlaceSearching;
    default:
      return slot.mark == WINNOW_COMPUTING ? kPlaceComputing : kPlaceOther;
  }
}

bool is_wait(Op op) {
  return op == kThreadJoin || op == kConditionWait || op == kMutexContended || op == kFutexWait;
}

// The clock is a system call: it is read only where the place changes. Behind the region nothing
// moves, so that the reader can add what was open at its end.
void settle(Slot* slot) {
  const Place place = place_of(*slot);
  if (place == slot->place || phase() == kAfterRegion) return;
  charge(slot, own_cpu_ns());
  slot->place = place;
}

}  // namespace

void charge(Slot* slot, int64_t cpu_ns) {
  if (phase() == kAfterRegion) return;
  int64_t since_ns = slot->cpu_since_ns;
  if (slot->begin.tid == slot->tid.load(std::memory_order_relaxed) &&
      since_ns < slot->begin.cpu_ns) {
    since_ns = slot->begin.cpu_ns;
  }
  if (phase() == kInRegion && cpu_ns > since_ns) {
    slot->live.cpu_ns[slot->place] += cpu_ns - since_ns;
  }
  slot->cpu_since_ns = cpu_ns;
}

// A call counts when it starts within the region, its time as far as it lies there. The reader adds
// calls that were still going on when the process ended.
void begin_op(Slot* slot, Op op) {
  slot->op_since_ticks = now_ticks();
  slot->op = op;
  if (is_wait(op)) record_wait(slot, kWaitBegins, slot->op_since_ticks);
  settle(slot);
}

void end_op(Slot* slot, bool counts) {
  const Op op = slot->op;
  const uint64_t now = now_ticks();
  slot->op = kNoOp;
  if (is_wait(op)) record_wait(slot, kWaitEnds, now);
  if (counts) {
    slot->live.ops[op].ticks += ticks_in_region(slot->op_since_ticks, now);
    slot->live.ops[op].count += started_in_region(slot->op_since_ticks);
  }
  settle(slot);
}

void enter_mark(Slot* slot, uint32_t mark) {
  const uint64_t now = now_ticks();
  slot->live.marks[slot->mark].ticks += ticks_in_region(slot->mark_since_ticks, now);
  record_mark(slot, mark, slot->mark, now);
  slot->live.marks[mark].count += mark != slot->mark && started_in_region(now);
  slot->mark = mark;
  slot->mark_since_ticks = now;
  settle(slot);
}

}  // namespace winnow::agent
