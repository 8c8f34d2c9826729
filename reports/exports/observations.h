#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/recorded/measured.h"

// What was measured, one figure a row, before any statistics.
namespace winnow::reports {

struct Observation {
  std::string variant;  // name; the A/A arm has its own
  std::string pass;
  std::optional<int> block, iteration;  // empty: of the whole pass
  std::string metric, unit;             // "wall_time", "ns"
  double value = 0;
  std::optional<int64_t> count{};  // the value where it is a whole number: exact beyond 2^53
};

std::vector<Observation> observations_of(const Measured& arms);

// One process of the time pass, as benchmark tools read it.
struct BenchmarkRun {
  std::string variant;
  int block = 0;
  int64_t iterations = 0;
  double wall_ns = 0;             // an iteration: the block's median
  std::optional<double> cpu_ns;   // an iteration, from the kernel
  std::optional<double> items_s;  // items a second
};
std::vector<BenchmarkRun> benchmark_runs(const Measured& arms);

// Allocations an iteration, counted in one process.
struct AllocationRun {
  std::string variant;
  int64_t iterations = 0;
  std::optional<double> bytes, objects;
};
std::vector<AllocationRun> allocation_runs(const Measured& arms);

}  // namespace winnow::reports
