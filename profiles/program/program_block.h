#pragma once

#include <string>

#include "profiles/process/block.h"

namespace winnow::profiles {

// The checksum of a block whose runs wrote different things; in no recording.
inline constexpr const char* kChangingOutput = "another one in each run";

// A block of a program that need not know of the harness (Arm::program): plan.iterations runs, one
// behind the other. Its region is all runs together, without what comes before and behind each.
// Where the program has a server, the runs are its load: it starts before the first and ends behind
// the last, and has figures of its own (Block::server). Passes:
// - time: nothing but the kernel's accounting: wait4 with a subreaper, and the event task-clock,
//   which sees children that nobody waits for, too
// - cpu: perf.data by the event cpu-clock of the whole tree
// - heap, sync and exact: the preloaded profilers, of the first process of each run, whose region
//   is its whole life; each run leaves agent-<run>.bin and, by the pass, events-<run>.bin or
//   begin-<run>.heap and end-<run>.heap
// - tree: exact counts of threads and processes by ptrace (tree.json), and the hash of the output
// - futex: exact counts of futex calls by seccomp and ptrace (futexes.json); the block fails where
//   a run makes more than TreeOptions allow
// - count: instructions by callgrind (instructions.json)
// With BlockPlan::hash_output the output has a hash in any pass.
ChildResult measure_program(const BlockPlan& plan);

// Why the pass cannot be taken of such programs on this machine; empty: it can. Runs a short
// process.
std::string why_unavailable_for_programs(Pass pass, const std::string& agent_library,
                                         const std::string& scratch_folder);

// Why it would see nothing of the program of this file; empty: it may.
std::string why_blind(Pass pass, const std::string& program_file);

// The program's setup or cleanup (`what`); what it says goes to a file. Throws base::Error when it
// fails.
void run_hook(const std::string& what, const std::vector<std::string>& command,
              const std::string& log_file, const BlockPlan& plan);

}  // namespace winnow::profiles
