#include "profiles/agent/allocations.h"

#include "profiles/agent/agent.h"

using namespace winnow::agent;

extern "C" {

Figures* winnow_agent_counts() {
  if (__builtin_expect(phase() != kInRegion, 1)) return nullptr;
  Slot* slot = own_slot();
  return slot != nullptr ? &slot->live : nullptr;
}

void winnow_agent_allocates_elsewhere() {
  if (g_state.header != nullptr) g_state.header->allocates_elsewhere = 1;
}
}
