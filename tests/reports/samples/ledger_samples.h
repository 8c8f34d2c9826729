#pragma once

#include <string>

#include "profiles/recording/recording.h"

namespace winnow::reports {

// One variant's seconds over a region of `iterations`, as the passes would record them.
struct KnownRegion {
  int iterations = 10;
  int cores = 4;
  double wall_s = 10;
  double user_s = 24, system_s = 1;
  double idle_s = 14, busy_s = 26, steal_s = 0;
  // Of one thread's account; adds up to the program's CPU time.
  profiles::CpuByState cpu{20, 2, 1, 1, 0.5, 0.5};
  double run_queue_s = 3;
  // Samples of the cpu pass.
  double matmul_s = 15, attention_s = 3, gelu_s = 1, memory_s = 1, scheduler_s = 4;
};

// A recording of two variants, "Fine" and "Coarse", ten blocks each, one per cent apart.
profiles::Recording known_recording(const KnownRegion& fine, const KnownRegion& coarse);

}  // namespace winnow::reports
