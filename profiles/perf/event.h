#pragma once

#include <linux/perf_event.h>
#include <sys/types.h>

#include <cstdint>

namespace winnow::profiles {

// Whether events of this process may see what the kernel does, too: as root, with CAP_PERFMON, or
// where perf_event_paranoid is 1 or less. Else an event must have exclude_kernel.
bool kernel_is_seen();

// What kind of event, of the kernel's own (PERF_TYPE_SOFTWARE): of a process that waits before its
// exec, and from that exec on of all that descends from it.
perf_event_attr tree_event(uint64_t config);

// One event of perf_event_open(2), closed with the object.
class PerfEvent {
 public:
  // `cpu` -1: wherever the process runs. Throws base::Error with the reason; of a CPU that is
  // offline nothing is opened.
  PerfEvent(const perf_event_attr& attr, pid_t pid, int cpu);
  ~PerfEvent();
  PerfEvent(PerfEvent&& other) noexcept;
  PerfEvent& operator=(PerfEvent&&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  uint64_t id() const;     // by which records name it
  uint64_t count() const;  // of the whole tree until now; of attr.read_format 0
  void disable() const;    // in the whole tree

 private:
  int descriptor_ = -1;
};

}  // namespace winnow::profiles
