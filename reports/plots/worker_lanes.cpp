#include "reports/plots/worker_lanes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>

namespace winnow::reports {

using profiles::ThreadState;
using profiles::Timeline;
using profiles::TimelineLane;

namespace {

constexpr double kNanosecond = 1e-9;
constexpr size_t kNoThread = kLaneStates - 1;

struct Span {
  int64_t begin_ns = 0, end_ns = 0;
  size_t state = kNoThread;
};

struct Window {
  int64_t begin_ns = 0, end_ns = 0;
};

Window window_of(const Timeline& timeline, size_t iteration) {
  const auto& begins = timeline.iteration_begin_ns;
  return {begins[iteration],
          iteration + 1 < begins.size() ? begins[iteration + 1] : timeline.end_ns};
}

size_t state_of(ThreadState state) {
  switch (state) {
    case ThreadState::kComputing:
      return 0;
    case ThreadState::kSearching:
      return 1;
    case ThreadState::kWaiting:
      return 2;
    case ThreadState::kSignalling:
      return 3;
    case ThreadState::kOther:
      return 4;
    case ThreadState::kEnded:
      return kNoThread;
  }
  return kNoThread;
}

// What the thread did within the window; times at which it was not there have no span.
std::vector<Span> spans_of(const TimelineLane& lane, const Window& window) {
  std::vector<Span> spans;
  for (size_t i = 0; i < lane.events.size(); ++i) {
    const int64_t end_ns = i + 1 < lane.events.size() ? lane.events[i + 1].begin_ns : window.end_ns;
    const Span span{std::max(lane.events[i].begin_ns, window.begin_ns),
                    std::min(end_ns, window.end_ns), state_of(lane.events[i].state)};
    if (span.begin_ns < span.end_ns && span.state != kNoThread) spans.push_back(span);
  }
  return spans;
}

struct SharedLane {
  std::string name;
  size_t threads = 0;
  std::vector<Span> spans;
};

std::vector<SharedLane> shared_lanes(const Timeline& timeline, const Window& window) {
  struct Thread {
    std::string name;
    std::vector<Span> spans;
  };
  std::vector<Thread> threads;
  for (const TimelineLane& lane : timeline.lanes)
    if (auto spans = spans_of(lane, window); !spans.empty())
      threads.push_back({lane.thread, std::move(spans)});
  std::ranges::stable_sort(threads, {}, [](const Thread& t) { return t.spans.front().begin_ns; });
  std::vector<SharedLane> lanes;
  // Of lanes that are free the first one is taken.
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> free;
  using Busy = std::pair<int64_t, size_t>;  // until when, and which
  std::priority_queue<Busy, std::vector<Busy>, std::greater<>> busy;
  for (Thread& thread : threads) {
    for (; !busy.empty() && busy.top().first <= thread.spans.front().begin_ns; busy.pop())
      free.push(busy.top().second);
    if (free.empty()) {
      free.push(lanes.size());
      lanes.emplace_back();
    }
    SharedLane& lane = lanes[free.top()];
    busy.emplace(thread.spans.back().end_ns, free.top());
    free.pop();
    if (++lane.threads == 1) lane.name = thread.name;
    lane.spans.insert(lane.spans.end(), thread.spans.begin(), thread.spans.end());
  }
  return lanes;
}

// The time in each state of each column.
using Column = std::array<double, kLaneStates>;

void add(std::vector<Column>& columns, const Span& span, const Window& window, double column_ns) {
  const double begin = std::min(static_cast<double>(span.begin_ns - window.begin_ns) / column_ns,
                                static_cast<double>(columns.size()));
  const double end = static_cast<double>(span.end_ns - window.begin_ns) / column_ns;
  for (auto i = static_cast<size_t>(begin); i < columns.size() && static_cast<double>(i) < end;
       ++i) {
    const double from = std::max(begin, static_cast<double>(i));
    const double to = std::min(end, static_cast<double>(i + 1));
    columns[i][span.state] += to - from;
    columns[i][kNoThread] -= to - from;
  }
}

std::vector<LaneRun> runs_of(const std::vector<Column>& columns) {
  std::vector<LaneRun> runs;
  for (const Column& column : columns) {
    const auto state = static_cast<size_t>(std::ranges::max_element(column) - column.begin());
    if (runs.empty() || runs.back().state != state) runs.push_back({state, 0});
    ++runs.back().columns;
  }
  return runs;
}

WorkerLane drawn(const SharedLane& shared, const Window& window, double axis_s) {
  WorkerLane lane;
  lane.name = shared.threads == 1 ? shared.name
                                  : fmt::format("{} threads, one after another", shared.threads);
  const double wall_ns = static_cast<double>(window.end_ns - window.begin_ns);
  const double column_ns = axis_s / kNanosecond / kLaneColumns;
  Column nothing{};
  nothing[kNoThread] = 1;
  std::vector<Column> columns(
      static_cast<size_t>(std::clamp(std::round(wall_ns / column_ns), 1.0, double{kLaneColumns})),
      nothing);
  lane.sums[kNoThread] = wall_ns * kNanosecond;
  for (const Span& span : shared.spans) {
    const double span_s = static_cast<double>(span.end_ns - span.begin_ns) * kNanosecond;
    lane.sums[span.state] += span_s;
    lane.sums[kNoThread] -= span_s;
    add(columns, span, window, column_ns);
  }
  if (lane.sums[kNoThread] < kNanosecond) lane.sums[kNoThread] = 0;  // rounding
  lane.runs = runs_of(columns);
  return lane;
}

}  // namespace

std::vector<double> iteration_walls_s(const Timeline& timeline) {
  std::vector<double> walls;
  for (size_t i = 0; i < timeline.iteration_begin_ns.size(); ++i) {
    const Window window = window_of(timeline, i);
    walls.push_back(static_cast<double>(window.end_ns - window.begin_ns) * kNanosecond);
  }
  return walls;
}

std::vector<NamedIteration> shown_iterations(const Timeline& timeline) {
  const auto walls = iteration_walls_s(timeline);
  std::vector<size_t> order(walls.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](size_t i) { return walls[i]; });
  if (order.empty()) return {};
  std::vector<NamedIteration> shown{{"median", order[(order.size() - 1) / 2]}};
  if (order.size() > 1) shown.push_back({"slowest", order.back()});
  if (order.size() > 2) shown.push_back({"fastest", order.front()});
  return shown;
}

IterationLanes lanes_of(const Timeline& timeline, size_t iteration, double axis_s, size_t most) {
  const Window window = window_of(timeline, iteration);
  IterationLanes result;
  result.iteration = iteration + 1;
  result.wall_s = static_cast<double>(window.end_ns - window.begin_ns) * kNanosecond;
  if (!(axis_s > 0)) return result;
  const std::vector<SharedLane> all = shared_lanes(timeline, window);
  result.lane_count = all.size();
  for (size_t i = 0; i < std::min(all.size(), most); ++i)
    result.lanes.push_back(drawn(all[i], window, axis_s));
  return result;
}

}  // namespace winnow::reports
