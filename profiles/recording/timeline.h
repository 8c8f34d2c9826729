#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What each thread of a sync pass was doing over its first iterations: written when the run is
// assembled, one file for each variant in the folder timelines/ beside recording.json.
namespace winnow::profiles {

inline constexpr int kTimelineSchema = 1;
inline constexpr int64_t kMaxTimelineEvents = 500'000;  // of a run: its variants share them
inline constexpr int kMaxTimelineIterations = 3;

// The states that the scheduler marked (base/region.h). kOther: it marked none. A thread without
// any mark is waiting inside the agent's calls that wait, else kOther. kEnded: there is no thread.
enum class ThreadState { kComputing, kSearching, kWaiting, kSignalling, kEnded, kOther };

struct TimelineEvent {
  int64_t begin_ns = 0;  // since the region's begin; until the lane's next event or end_ns
  ThreadState state = ThreadState::kEnded;
};

// A thread that was there before the region or outlived it, or threads one after another: a lane
// is taken over by the next thread when one ends, so that there are as many lanes as threads were
// alive at once. A thread that told nothing has no lane.
struct TimelineLane {
  std::string thread;
  std::vector<TimelineEvent> events;  // in the order of their times
};

struct Timeline {
  std::vector<int64_t> iteration_begin_ns;  // the first is 0
  int64_t end_ns = 0;                       // of the last iteration, or where recording stopped
  std::vector<TimelineLane> lanes;
  std::string cut{};  // why not even the first iteration is whole; empty: all are
};

// Empty where the recording has none: the pass was not run, or an older program wrote it. Throws
// base::Error for a file that is not what write_timeline wrote.
std::optional<Timeline> read_timeline(const std::string& folder, const std::string& variant);
void write_timeline(const std::string& folder, const std::string& variant,
                    const Timeline& timeline);

}  // namespace winnow::profiles
