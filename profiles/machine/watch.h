#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiles/machine/files.h"
#include "profiles/recording/recording.h"

namespace winnow::profiles {

// What happens on the machine from the constructor on, by the kernel's counters. It only reads
// small files, before and after: it takes no time from what runs meanwhile.
class MachineWatch {
 public:
  // /proc, /sys, ... below `root` ("" for the machine itself).
  explicit MachineWatch(const std::string& root);

  // The state since then. `own_cpu_s`: CPU time of the process that is watched over, by which
  // other programs' time is told from its own. What cannot be read stays empty.
  BlockMachine state(double own_cpu_s) const;

  // Those that this process may use: only they are watched. 0: not known.
  int cores() const { return static_cast<int>(begin_.cores.size()); }

 private:
  struct Core {
    std::string name;                       // "cpu0"
    int64_t busy = 0, steal = 0, idle = 0;  // ticks
  };
  struct Counters {
    std::chrono::steady_clock::time_point time;
    std::vector<Core> cores;
    std::optional<int64_t> waited_us, throttled_ns;
  };
  Counters read() const;
  std::vector<Core> read_cores() const;

  MachineFiles files_;
  std::optional<double> load_;
  Counters begin_;
};

}  // namespace winnow::profiles
