#pragma once

#include <cstdint>
#include <string>
#include <vector>

// What each thread did while the region ran, from its own marks.
namespace winnow::reports {

// From an event on the thread is in its state, until its next event.
enum class ThreadState { kComputing, kSearching, kWaiting, kSignalling, kEnded };
struct TimelineEvent {
  int64_t begin_ns = 0;
  ThreadState state = ThreadState::kEnded;
};
struct TimelineLane {
  std::string thread;
  std::vector<TimelineEvent> events;
};
struct Timeline {
  std::vector<int64_t> iteration_begin_ns;
  int64_t end_ns = 0;
  std::vector<TimelineLane> lanes;
};

}  // namespace winnow::reports
