#pragma once

#include <poll.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "profiles/perf/data_writer.h"
#include "profiles/perf/event.h"
#include "profiles/perf/ring.h"

namespace winnow::profiles {

// none: the leaf alone. frame_pointers: as the kernel follows them. dwarf: these, and registers
// with a copy of the stack's top, for Unwinder.
enum class StackMode { none, frame_pointers, dwarf };

struct SamplerOptions {
  StackMode stacks = StackMode::dwarf;
  double frequency_hz = 997;                 // of a thread's CPU time; more than 5,000 are refused
  uint32_t stack_bytes = 4096;               // copied in dwarf mode; divisible by 8
  uint64_t limit_bytes = uint64_t{1} << 30;  // of the file; beyond it sampling stops
  bool keeps_samples = true;                 // from the exec on; else from keep_samples(true)
};

struct SamplingOutcome {
  int64_t samples = 0;
  int64_t lost = 0;  // records that found no room in memory
  uint64_t bytes = 0;
  double seen_s = 0;          // samples * period
  bool kernel_seen = false;   // false: user space only, what the kernel does for it is no part
  std::string stopped_early;  // why; empty: at finish()
};

// Samples the CPU time of a process and all that descends from it into a perf.data file, by the
// kernel's cpu-clock events, one a CPU. A thread shorter than the period may have no sample. A
// set-uid program leaves when it begins, unless this process is privileged. A thread of this object
// takes the samples out of memory.
class CpuSampler {
 public:
  // `pid` waits before its exec, with which sampling begins. Throws base::Error with the reason
  // where it is not possible.
  CpuSampler(pid_t pid, const SamplerOptions& options, const std::string& file);
  ~CpuSampler();
  CpuSampler(const CpuSampler&) = delete;
  CpuSampler& operator=(const CpuSampler&) = delete;

  // Whether samples from now on are kept, of all processes that there are. What they load and
  // create is kept at all times.
  void keep_samples(bool keep) noexcept;

  // Ends sampling, also of processes that still run, and completes the file. Once.
  SamplingOutcome finish();

 private:
  void open(perf_event_attr& attr, pid_t pid);
  bool open_with(const perf_event_attr& attr, pid_t pid, size_t ring_bytes);
  void take_until_finish(std::vector<pollfd>& waited) noexcept;
  void end_thread() noexcept;
  void take(Ring& ring) noexcept;
  void take_all() noexcept;
  void stop_early() noexcept;

  SamplerOptions options_;
  uint64_t period_ns_ = 0;
  std::vector<PerfEvent> events_;
  std::vector<Ring> rings_;
  std::unique_ptr<DataWriter> writer_;
  int finish_event_ = -1;
  std::atomic<bool> finished_{false};
  std::mutex taking_;  // guards options_, rings_, writer_, stopped_ and outcome_ while thread_ runs
  bool stopped_ = false;  // before finish()
  SamplingOutcome outcome_;
  std::thread thread_;
};

}  // namespace winnow::profiles
