#pragma once

#include <string>
#include <vector>

#include "profiles/recording/recording.h"

namespace winnow::profiles {

// Said of a process whose executable defines malloc: its allocations are unknown.
inline constexpr const char* kAllocatesElsewhere =
    "its allocations do not go through the C library's malloc";

// A thread that was not created and ended within the region.
struct AgentThread {
  uint32_t slot = 0;
  std::string name;               // as in SyncProfile::threads
  uint32_t mark_throughout = 0;   // its state in the whole region; 0: none or several
  bool waits_throughout = false;  // one call that waits lasted as long as the region
};

// Of a process that is counted whole.
struct AgentSeen {
  double cpu_s = 0;             // of its region
  double start_s = 0;           // of its start: of loading the agent, above all
  int64_t child_processes = 0;  // that it made, which are not counted
  bool replaced = false;        // it was another program before, by whose time start_s is not known
  bool executed = false;        // it became another program, which the agent does not count
};

struct AgentResults {
  SyncProfile sync;
  uint64_t begin_ticks = 0, end_ticks = 0;  // of the region
  double ns_per_tick = 0;
  std::vector<AgentThread> threads;
  AgentSeen seen;
  std::vector<std::string> warnings;
};

// Its warnings, and how many child processes were made, of which a command's tables tell.
std::vector<std::string> all_warnings(const AgentResults& results);

// Reads what the agent counted in one process ($WINNOW_OUT/agent.bin, profiles/agent/agent_file.h).
// Calls and states that were going on at the region's end count up to there. Throws base::Error for
// a file that is not the agent's, and when the region did not begin or end.
AgentResults read_agent_results(const std::string& file, int iterations);

// What it saw of the process, in the heap pass, too. Throws likewise.
AgentSeen read_agent_seen(const std::string& file);

// Cuts off the slots that were never used; leaves a file that is not the agent's alone.
void trim_agent_file(const std::string& file);

}  // namespace winnow::profiles
