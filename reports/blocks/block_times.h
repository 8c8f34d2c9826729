#pragma once

#include <map>
#include <optional>
#include <vector>

#include "reports/recorded/measured.h"

// The one place that reads a block's wall and CPU seconds and metrics.
namespace winnow::reports {

// What blocks are compared by.
struct Measure {
  enum Kind { kWall, kCpu, kServerCpu, kMetric };

  Measure(Kind of) : kind(of) {}  // a kind is a measure
  explicit Measure(const profiles::Metric& of) : kind(kMetric), metric(&of) {}
  bool operator==(Kind other) const { return kind == other; }

  Kind kind;
  const profiles::Metric* metric = nullptr;  // of the recording
};

// Of each of the block's iterations.
std::vector<double> iterations_s(const profiles::Block& block);

// CPU seconds of the block's region, user and system, by the kernel; empty where not recorded.
std::optional<double> region_cpu_s(const profiles::Block& block);

// CPU time by wall time of the region: the cores used on average.
std::optional<double> cores_busy(const profiles::Block& block);

// Seconds an iteration: of wall time the block's median iteration, of CPU time the kernel's mean,
// of the server's likewise, while the runs ran. Empty where it is not recorded.
std::optional<double> block_seconds(const profiles::Block& block, Measure measure);

// The same for all comparable blocks of the arm's time pass, by index.
std::map<int, double> block_seconds(const MeasuredArm& arm, Measure measure);

// What is better where it is less: the seconds; of a metric the median over the block's iterations,
// or the inverse of it where higher is better. Empty where it is not recorded or is 0.
std::optional<double> block_cost(const profiles::Block& block, Measure measure);
std::map<int, double> block_cost(const MeasuredArm& arm, Measure measure);

}  // namespace winnow::reports
