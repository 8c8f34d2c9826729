#include "base/region.h"

#include <sched.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

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
  if (!read_small(path, slot.name, sizeof slot.name)) return;
  slot.name[strcspn(slot.name, "\n")] = '\0';
}

void stamp(std::atomic<uint64_t>& ticks, int64_t& ns) {
  ns = monotonic_ns();
  ticks.store(now_ticks(), std::memory_order_release);
}

void add_cores(pid_t thread, cpu_set_t& all) {
  cpu_set_t cores;
  if (sched_getaffinity(thread, sizeof cores, &cores) == 0) CPU_OR(&all, &all, &cores);
}

void begin_measuring() {
  Header& header = *g_state.header;
  if (g_state.pass == Pass::kSync) {
    // A library may have bound its threads, the calling one included, since the process began.
    cpu_set_t cores;
    CPU_ZERO(&cores);
    add_cores(0, cores);
    for_each_running_thread([&](Slot& slot, int64_t tid) {
      take_account(tid, slot.begin);
      add_cores(static_cast<pid_t>(tid), cores);
    });
    if (CPU_COUNT(&cores) > 0) header.cores = static_cast<uint32_t>(CPU_COUNT(&cores));
    if (Slot* own = own_slot()) take_own_account(own->begin, Moment::kBegin);
  }
  profiler_region_begin();
  header.cpu_begin_ns = process_cpu_ns();
  stamp(header.region_begin_ticks, header.region_begin_ns);
  if (g_state.pass == Pass::kSync) g_phase->store(kInRegion);
}

void end_measuring() {
  Header& header = *g_state.header;
  if (g_state.pass == Pass::kSync) g_phase->store(kAfterRegion);
  stamp(header.region_end_ticks, header.region_end_ns);
  header.cpu_end_ns = process_cpu_ns();
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

bool enter(Phase from, Phase to) {
  if (!g_state.ready || g_state.pass == Pass::kNone || !is_own_process()) return false;
  uint32_t expected = from;
  return g_state.header->phase.compare_exchange_strong(expected, to);
}

}  // namespace

void open_region() {
  if (enter(kBeforeRegion, kInRegion)) begin_measuring();
}

bool close_region() {
  if (!enter(kInRegion, kAfterRegion)) return false;
  end_measuring();
  return true;
}

void reopen_region() {
  Header& header = *g_state.header;
  const uint32_t used = header.used_slots.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < used && i < header.slot_count; ++i) {
    if (g_state.slots[i].state.load(std::memory_order_acquire) == kRunning)
      g_state.slots[i].end.tid = 0;
  }
  header.region_end_ticks.store(0, std::memory_order_release);
  header.executed = 0;
  header.phase.store(kInRegion);
  if (g_state.pass == Pass::kSync) g_phase->store(kInRegion);
}

}  // namespace winnow::agent

using namespace winnow::agent;

extern "C" {

void winnow_agent_region_begin() {
  if (!g_state.whole_process) open_region();
}

void winnow_agent_region_end() {
  if (!g_state.whole_process) close_region();
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
