#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "profiles/process/plan.h"
#include "profiles/recording/recording.h"

namespace winnow::profiles {

// Runs of a program that are shorter are measured several in a block.
inline constexpr double kLeastBlock_s = 0.02;

struct RunPlan : MeasuringPlan {
  Workload workload;  // blocks and iterations_per_block are filled in from below
  std::string baseline;
  std::vector<Arm> arms;     // the baseline first; names differ and fit a file name
  std::vector<Pass> passes;  // of kPasses, in whose order they are run
  // A second copy of the baseline takes part in the time pass (Recording::twin): what differs
  // between the two is noise.
  bool twin = false;
  int blocks = 20;               // of each arm in the time pass
  int iterations_per_block = 1;  // 0: of programs, as many runs as take kLeastBlock_s
  // How long to measure, instead of `blocks` of programs, and of iterations_per_block of others
  // (profiles/run/budget.h); 0: none.
  double budget_s = 0;
  int fewest_blocks = 1;        // of programs: a budget that is too short for these is refused
  bool compare_outputs = true;  // of programs: whether all write the same (Block::checksum)
  // Fresh processes of each arm in the sync pass, which share the iterations of a block: from one
  // process alone nobody can tell how its counts scatter.
  int sync_processes = 7;
  int tree_processes = 5;                        // of each arm in the tree pass, likewise
  int futex_processes = 3, count_processes = 2;  // likewise
  int64_t samples = 1000;  // of each arm in a sampled pass, as far as its rounds and time reach
  // Rules for the categories of functions: of a file; empty: those that are built in, and in front
  // of them those of the measured program (profiles/symbols/categories.h).
  std::string categories_file;
  std::string program_categories;
  std::string agent_library;  // path of libwinnow-agent.so; its malloc hooks lie beside
  // Asked after each round of the time pass (one block of every arm); true: it ends. May be empty.
  // With it no disturbed round is repeated. `elapsed_s`: of the run, with what the blocks took that
  // an earlier run of the plan measured.
  std::function<bool(const Recording&, double elapsed_s)> enough;
  std::string machine_root;  // /proc and /sys are read below; empty: the machine's own

  // Of programs that need not know of the harness, or of those that follow docs/child-contract.md:
  // all arms are of one kind.
  bool of_programs() const { return arms.front().program.has_value(); }
};

}  // namespace winnow::profiles
