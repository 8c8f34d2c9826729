#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "profiles/process/plan.h"
#include "profiles/recording/recording.h"

namespace winnow::profiles {

struct RunPlan {
  Workload workload;  // blocks and iterations_per_block are filled in from below
  std::string baseline;
  std::vector<Arm> arms;     // the baseline first; names differ and fit a file name
  std::vector<Pass> passes;  // of kPasses, in whose order they are run
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

}  // namespace winnow::profiles
