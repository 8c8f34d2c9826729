#include <numeric>

#include "reports/plots/worker_lanes.h"
#include "tests/catch.h"
#include "tests/reports/samples/picture_samples.h"

namespace winnow::reports {

namespace {

constexpr size_t kComputing = 0, kWaiting = 2, kNoThread = 5;

double sum(const WorkerLane& lane) {
  return std::accumulate(lane.sums.begin(), lane.sums.end(), 0.0);
}

int columns(const WorkerLane& lane) {
  return std::accumulate(lane.runs.begin(), lane.runs.end(), 0,
                         [](int all, const LaneRun& run) { return all + run.columns; });
}

}  // namespace

TEST_CASE("every lane adds up to its iteration, in time and in columns") {
  for (const bool spawns : {true, false}) {
    const auto timeline = sample_timeline(spawns);
    for (const auto& [name, index] : shown_iterations(timeline)) {
      INFO(name);
      const IterationLanes iteration = lanes_of(timeline, index, 0.040, 64);
      CHECK(iteration.lanes.size() == 2);
      for (const WorkerLane& lane : iteration.lanes) {
        CHECK(sum(lane) == Approx(iteration.wall_s));
        CHECK(columns(lane) == Approx(iteration.wall_s / 0.040 * kLaneColumns));
      }
    }
  }
}

TEST_CASE("median, slowest and fastest iteration are found, none twice") {
  auto timeline = sample_timeline(false);
  const auto shown = shown_iterations(timeline);
  REQUIRE(shown.size() == 3);
  CHECK(shown[0].index == 2);
  CHECK(shown[1].index == 1);
  CHECK(shown[2].index == 0);
  timeline.iteration_begin_ns = {0};
  CHECK(shown_iterations(timeline).size() == 1);
  timeline.iteration_begin_ns = {};
  CHECK(shown_iterations(timeline).empty());
}

TEST_CASE("a worker's states are its events, cut at the iteration's ends") {
  const IterationLanes iteration = lanes_of(sample_timeline(false), 1, 0.040, 64);
  CHECK(iteration.wall_s == Approx(0.040));
  const WorkerLane& worker = iteration.lanes[1];
  CHECK(worker.name == "worker 1");
  CHECK(worker.sums[kComputing] == Approx(0.020));
  CHECK(worker.sums[kWaiting] == Approx(0.020));
  CHECK(worker.sums[kNoThread] == Approx(0).margin(1e-9));
  REQUIRE(worker.runs.size() == 80);
  CHECK(worker.runs[0].state == kComputing);
  CHECK(worker.runs[0].columns == kLaneColumns / 80);
  CHECK(worker.runs[1].state == kWaiting);
}

TEST_CASE("threads that follow each other share a lane; between them there is no thread") {
  const IterationLanes iteration = lanes_of(sample_timeline(true), 0, 0.010, 64);
  REQUIRE(iteration.lanes.size() == 2);
  const WorkerLane& shared = iteration.lanes[1];
  CHECK(shared.name == "10 threads, one after another");
  CHECK(shared.sums[kComputing] == Approx(0.005));
  CHECK(shared.sums[kNoThread] == Approx(0.005));
}

}  // namespace winnow::reports
