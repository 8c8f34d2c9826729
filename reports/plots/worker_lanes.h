#pragma once

#include <array>
#include <string>
#include <vector>

#include "profiles/recording/timeline.h"

// A recorded timeline -> what one iteration of it looks like, one lane for each worker.
namespace winnow::reports {

inline constexpr size_t kLaneStates =
    6;  // computing, searching, waiting, signalling, other, no thread
inline constexpr int kLaneColumns = 3200;  // of the widest iteration's picture

struct LaneRun {
  size_t state = 0;
  int columns = 0;
};

struct WorkerLane {
  std::string name;                        // of the thread, or how many threads share the lane
  std::array<double, kLaneStates> sums{};  // exact seconds in each state; they add up to the wall
  std::vector<LaneRun> runs{};             // of columns: each has the state that lasted longest
};

struct IterationLanes {
  size_t iteration = 0;  // from 1 on
  double wall_s = 0;
  std::vector<WorkerLane> lanes{};  // the first of them
  size_t lane_count = 0;            // of all
};

// Seconds of each iteration.
std::vector<double> iteration_walls_s(const profiles::Timeline& timeline);

// The indices of the fastest, the median and the slowest iteration; none twice.
struct NamedIteration {
  const char* name;
  size_t index;
};
std::vector<NamedIteration> shown_iterations(const profiles::Timeline& timeline);

// Threads of which one begins after another's end share a lane. `axis_s`: what kLaneColumns stand
// for. At most `most` lanes are drawn.
IterationLanes lanes_of(const profiles::Timeline& timeline, size_t iteration, double axis_s,
                        size_t most);

}  // namespace winnow::reports
