#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace winnow::scenarios {

// What the machine can do at most: int8 multiply-accumulates in registers (10^9 a second), and
// reading memory (10^9 bytes a second), each with one core and with all at once.
struct RooflineRow {
  std::string isa;
  double one_core_gmacs = 0, all_cores_gmacs = 0;
};
struct Roofline {
  int cores = 0;
  std::vector<RooflineRow> rows;  // of the instruction sets that this machine has, scalar first
  std::optional<double> one_core_read_gbs, all_cores_read_gbs;
  std::string method;  // how it was measured, or why memory was not
};

struct RooflinePlan {
  int cores = 1;
  size_t buffer_bytes = 0;  // read in the memory part, over all cores; 0: that part is left out
  std::string buffer_note;  // why so many
  int repetitions = 12;     // the best one counts
  double repetition_s = 0.012;
};

// For this machine, about 2 s in all: all its hardware threads, a buffer much larger than the
// last-level caches, but never more than a quarter of the free memory.
RooflinePlan roofline_plan();
RooflinePlan roofline_plan(int cores, std::optional<size_t> cache_bytes,
                           std::optional<size_t> free_bytes);

// Threads are started before the clock and not bound to cores. Throws std::system_error when there
// are no threads to be had.
Roofline measure_roofline(const RooflinePlan& plan);

}  // namespace winnow::scenarios
