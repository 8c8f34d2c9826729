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

}  // namespace

// A call counts when it starts within the region, its time as far as it lies there. The reader adds
// calls that were still going on when the process ended.
void begin_op(Slot* slot, Op op) {
  slot->op_since_ticks = now_ticks();
  slot->op = op;
}

void end_op(Slot* slot, bool counts) {
  const Op op = slot->op;
  slot->op = kNoOp;
  if (!counts) return;
  slot->live.ops[op].ticks += ticks_in_region(slot->op_since_ticks, now_ticks());
  slot->live.ops[op].count += started_in_region(slot->op_since_ticks);
}

void enter_mark(Slot* slot, uint32_t mark) {
  const uint64_t now = now_ticks();
  slot->live.marks[slot->mark].ticks += ticks_in_region(slot->mark_since_ticks, now);
  slot->live.marks[mark].count += mark != slot->mark && started_in_region(now);
  slot->mark = mark;
  slot->mark_since_ticks = now;
}

}  // namespace winnow::agent
