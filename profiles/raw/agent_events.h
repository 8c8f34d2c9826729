#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "profiles/raw/agent_results.h"
#include "profiles/recording/timeline.h"

namespace winnow::profiles {

// What the agent recorded of the threads' states in one process ($WINNOW_OUT/events.bin,
// profiles/agent/agent_file.h): as many of the first whole iterations as have at most `max_events`
// events, kMaxTimelineIterations at most; of a first one that has more, its beginning. An iteration
// begins where the one before ends. Throws base::Error for a file that is not the agent's.
Timeline read_agent_events(const std::string& file, const AgentResults& results,
                           const std::vector<int64_t>& iteration_wall_ns, int64_t max_events);

// Cuts off what was never used; leaves a file that is not the agent's alone.
void trim_events_file(const std::string& file);

}  // namespace winnow::profiles
