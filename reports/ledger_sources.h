#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "profiles/recording.h"
#include "reports/peaks.h"

// What a ledger is made of, of one variant and one iteration (ledger.h says what is used for what).
namespace winnow::reports {

// The region from outside: the kernel's accounting of the process and of its cores.
struct RegionTime {
  std::string pass;
  int blocks = 0;
  int cores = 0;
  double wall_s = 0, cpu_s = 0, idle_s = 0, busy_s = 0, steal_s = 0;
  double system_s = 0;  // part of cpu_s
  // At 95 %, of the mean over blocks; empty with one block.
  std::optional<double> cpu_error_s, idle_error_s, others_error_s;
  std::optional<double> block_error;  // of one block's CPU time, relative
};

// The CPU time by the agent's accounts of all threads, in parts of that process's CPU time and
// scaled to the region's: two passes never take the same.
struct StateTime {
  profiles::CpuByState cpu;
  double scale = 1;                   // the region's CPU time by that of the sync pass's process
  double starting_s = 0;              // threads starting and ending; not part of cpu.other_s
  std::optional<double> run_queue_s;  // thread-seconds
  double wall_s = 0;
  bool marked = false;
};

// Sampled seconds of the functions that belong to one line.
struct SampledLine {
  std::string name;
  double seconds = 0;
};
struct SampledWork {
  std::vector<SampledLine> lines;  // the same lines for every variant
  double scheduler_s = 0;
  double work_s = 0;              // sum of the lines
  std::optional<double> samples;  // that work_s stands for
};

struct LedgerSources {
  RegionTime region;
  StateTime states;
  SampledWork sampled;
};

// The kernels whose multiply-accumulates any program counted.
std::set<std::string> counted_kernels(const profiles::Recording& recording);

// With the reason where a source is missing.
Known<LedgerSources> ledger_sources(const profiles::Recording& recording, size_t variant,
                                    const std::set<std::string>& kernels);

}  // namespace winnow::reports
