#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/recorded/measured.h"
#include "reports/statistics/exact_ratio.h"

// What a variant's threads did, by every count that a recording has of it.
namespace winnow::reports {

// Names of counters.
inline constexpr const char* kSwitches = "voluntary context switches";
inline constexpr const char* kContendedLocks = "contended locks";
inline constexpr const char* kConditionWaits = "condition waits";
inline constexpr const char* kFutexWaits = "futex waits";  // through syscall()
inline constexpr const char* kFutexWakes = "futex wakes";  // likewise
inline constexpr const char* kSignals = "signals";
inline constexpr const char* kBroadcasts = "broadcasts";
inline constexpr const char* kCreations = "thread creations";
inline constexpr const char* kPageFaults = "page faults";

// How often something happened in each process of the sync pass.
struct Counter {
  bool by_design = false;  // the strategy says how often, not luck
  std::vector<Whole> counts;

  Whole total() const;
};

struct Behaviour {
  std::vector<Whole> iterations;            // of each process of the sync pass
  std::map<std::string, Counter> counters;  // by what is counted
  std::map<std::string, int64_t> loops;     // of an iteration
  std::map<int, double> cores;              // used in a block of the time pass, by its index

  Whole all_iterations() const;
  // How often in an iteration, over all processes.
  ExactRatio all(const Counter& counter) const { return {counter.total(), all_iterations()}; }
};

// Empty where the variant has no sync pass. A recording that tells no process of it is one of a
// single process.
std::optional<Behaviour> behaviour_of(const MeasuredArm& variant);

// By the blocks of the time pass alone, each as if it were a process: voluntary switches, page
// faults and peak memory, where the kernel told them of every block.
Behaviour behaviour_of_blocks(const MeasuredArm& variant);

// What an iteration allocated.
struct Allocated {
  double objects = 0, bytes = 0;
};

// Whether the interposed malloc counted it.
bool is_counted_exactly(const profiles::HeapProfile& heap);

// By that where it is to be exact, else by the profiler. The profile has iterations.
Allocated allocated_by(const profiles::HeapProfile& heap, bool exact);

// Does any count show threads at work, or does one thread do everything?
bool is_seen(const Behaviour& behaviour);

// "thread creations 16,128, waiting 41 and 44, cores used 3.2": of an iteration.
std::string evidence(const Behaviour& first, const Behaviour& second);

}  // namespace winnow::reports
