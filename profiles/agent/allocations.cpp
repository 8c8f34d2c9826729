#include "profiles/agent/agent.h"
#include "profiles/agent/allocation_hooks.h"

using namespace winnow::agent;

namespace {

inline Slot* counting_slot() {
  return __builtin_expect(phase() == kInRegion, 0) ? own_slot() : nullptr;
}

}  // namespace

extern "C" void winnow_agent_allocated(size_t size_bytes) {
  Slot* slot = counting_slot();
  if (slot == nullptr) return;
  slot->live.allocations += 1;
  slot->live.allocated_bytes += size_bytes;
}

extern "C" void winnow_agent_freed() {
  if (Slot* slot = counting_slot()) slot->live.frees += 1;
}
