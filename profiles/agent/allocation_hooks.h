#pragma once

#include <cstddef>

// What the library with the malloc hooks tells the agent.
extern "C" {
void winnow_agent_allocated(size_t size_bytes);
void winnow_agent_freed();
}
