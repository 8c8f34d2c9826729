#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"

namespace winnow::profiles {

struct Arm {
  Variant variant;
  // The program and its arguments; an argument "{iterations}" becomes the number of iterations.
  std::vector<std::string> command;
  std::string told_name{};  // the variant's name as the program tells it; empty: the same
};

struct Progress {
  int done = 0, total = 0;  // child processes; the total may still change
  double elapsed_s = 0;
  double eta_s = 0;  // by the time taken so far
  std::string text;  // "time pass, block 3 of 20, pool"
};

struct RunPlan {
  Workload workload;  // blocks and iterations_per_block are filled in from below
  std::string baseline;
  std::vector<Arm> arms;            // the baseline first; names differ and fit a file name
  std::vector<std::string> passes;  // any of time, cpu, wall, heap, sync; run in this order
  // A second copy of the baseline takes part in the time pass (Recording::twin): what differs
  // between the two is noise.
  bool twin = false;
  int blocks = 20;  // of each arm in the time pass
  int iterations_per_block = 1;
  int64_t samples = 1000;     // of each arm in a sampled pass, as far as its rounds and time reach
  double time_limit_s = 600;  // of a child
  std::string out_dir;
  uint64_t seed = 0;            // of the coin flips and the environment's padding
  std::string categories_file;  // empty: built in
  std::string agent_library;    // path of libwinnow-agent.so; its malloc hooks lie beside
  std::string winnow_version;
  std::string commit;                             // of the measured program; may be empty
  std::function<void(const Progress&)> progress;  // may be empty
  // Measures the machine before the first block; may be empty. An exception is a warning.
  std::function<Roofline()> roofline;
  // Asked after each round of the time pass (one block of every arm); true: it ends. May be empty.
  std::function<bool(const Recording&)> enough;
  // Told when an earlier, complete recording made room for one that is not: where it lies now.
  // May be empty.
  std::function<void(const std::string& folder)> kept_earlier;
  std::string machine_root;  // /proc and /sys are read below; empty: the machine's own
  const std::atomic<bool>* stop = nullptr;  // becomes true: end soon, keep what there is
};

// Runs every pass of every arm, one child process at a time, and writes out_dir: recording.json and
// raw/<pass>/<variant>-<index>/. A child that fails leaves a block with its status, and the run
// goes on. A round of the time pass that was disturbed is repeated
// (profiles/recording/disturbance.h). An existing recording in out_dir is replaced at the end, in
// one step; a complete one by one that is not only after it was moved to "<out_dir>.previous".
// Throws base::UsageError for a plan that cannot be run, and for an out_dir that is not empty and
// holds no recording; base::Error when out_dir cannot be written: what was measured stays, where
// the error says.
Recording run(const RunPlan& plan);

}  // namespace winnow::profiles
