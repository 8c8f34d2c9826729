#include "base/region.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "profiles/agent/agent.h"

namespace winnow::agent {
namespace {

template <class Take>
void for_each_running_thread(Take take) {
  const int64_t own = gettid();
  const uint32_t used = g_state.header->used_slots.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < used && i < g_state.header->slot_count; ++i) {
    Slot& slot = g_state.slots[i];
    if (slot.state.load(std::memory_order_acquire) != kRunning) continue;
    const int64_t tid = slot.tid.load(std::memory_order_relaxed);
    if (tid != own && tid != 0) take(slot, tid);
  }
}

void read_name(Slot& slot, int64_t tid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%lld/comm", static_cast<long long>(tid));
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  const ssize_t size = read(file, slot.name, sizeof slot.name - 1);
  close(file);
  slot.name[size > 0 ? size - 1 : 0] = '\0';  // without the line feed
}

void stamp(std::atomic<uint64_t>& ticks, int64_t& ns) {
  ns = monotonic_ns();
  ticks.store(now_ticks(), std::memory_order_release);
}

void open_region() {
  Header& header = *g_state.header;
  if (g_state.pass == Pass::kSync) {
    for_each_running_thread([](Slot& slot, int64_t tid) { take_account(tid, slot.begin); });
    if (Slot* own = own_slot()) take_own_account(own->begin, Moment::kBegin);
  }
  profiler_region_begin();
  stamp(header.region_begin_ticks, header.region_begin_ns);
  if (g_state.pass == Pass::kSync) g_phase.store(kInRegion);
}

void close_region() {
  Header& header = *g_state.header;
  if (g_state.pass == Pass::kSync) g_phase.store(kAfterRegion);
  stamp(header.region_end_ticks, header.region_end_ns);
  profiler_region_end();
  if (g_state.pass != Pass::kSync) return;
  if (Slot* own = t_slot) {
    take_own_account(own->end, Moment::kEnd);
    read_name(*own, own->end.tid);
  }
  for_each_running_thread([](Slot& slot, int64_t tid) {
    read_name(slot, tid);
    take_account(tid, slot.end);
  });
}

}  // namespace
}  // namespace winnow::agent

using namespace winnow::agent;

extern "C" {

void winnow_agent_region_begin() {
  if (!g_state.ready || g_state.pass == Pass::kNone) return;
  uint32_t expected = kBeforeRegion;
  if (g_state.header->phase.compare_exchange_strong(expected, kInRegion)) open_region();
}

void winnow_agent_region_end() {
  if (!g_state.ready || g_state.pass == Pass::kNone) return;
  uint32_t expected = kInRegion;
  if (g_state.header->phase.compare_exchange_strong(expected, kAfterRegion)) close_region();
}

winnow_state winnow_agent_mark(winnow_state state) {
  if (!tracking() || state < 0 || state >= WINNOW_STATE_COUNT) return WINNOW_OTHER;
  Slot* slot = own_slot();
  if (slot == nullptr) return WINNOW_OTHER;
  const auto left = static_cast<winnow_state>(slot->mark);
  enter_mark(slot, static_cast<uint32_t>(state));
  return left;
}
}
