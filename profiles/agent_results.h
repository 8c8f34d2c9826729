#pragma once

#include <string>
#include <vector>

#include "profiles/recording.h"

namespace winnow::profiles {

struct AgentResults {
  SyncProfile sync;
  std::vector<std::string> warnings;
};

// Reads what the agent counted in one process ($WINNOW_OUT/agent.bin, profiles/agent/agent_file.h).
// Calls and states that were going on at the region's end count up to there. Throws base::Error for
// a file that is not the agent's, and when the region did not begin or end.
AgentResults read_agent_results(const std::string& file, int iterations);

// Cuts off the slots that were never used; leaves a file that is not the agent's alone.
void trim_agent_file(const std::string& file);

}  // namespace winnow::profiles
