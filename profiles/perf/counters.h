#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "profiles/perf/event.h"

namespace winnow::profiles {

// A count of a whole process tree, or the reason why there is none.
struct TreeCount {
  std::optional<int64_t> value;
  std::string why_not;
};

struct TreeCounts {
  double cpu_s = 0;
  // Without privilege faults that the kernel takes while it works for a program are not among them.
  TreeCount page_faults;
  TreeCount context_switches, cpu_migrations;
};

// CPU time and counts of a process and all that descends from it, daemons and those that nobody
// waits for included, by the kernel's own events; no privilege is needed for CPU time and faults. A
// set-uid program leaves the count when it begins. Not counted are the switching between threads
// and what the kernel does behind a process's end, which wait4 counts: some percent for short
// processes.
class TreeCounters {
 public:
  // `pid` waits before its exec, with which counting begins. Throws base::Error with the reason
  // where CPU time cannot be counted.
  explicit TreeCounters(pid_t pid);

  // Until now: any time, also when the tree has ended. Throws base::Error.
  TreeCounts read() const;

 private:
  struct Counter {
    Counter(uint64_t config, pid_t pid, bool user_only);
    std::optional<PerfEvent> event;
    std::string why_not;
    TreeCount read() const;
  };
  PerfEvent task_clock_;
  Counter page_faults_, context_switches_, cpu_migrations_;
};

}  // namespace winnow::profiles
