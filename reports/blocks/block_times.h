#pragma once

#include <map>
#include <optional>
#include <vector>

#include "reports/recorded/measured.h"

// The one place that reads a block's wall and CPU seconds.
namespace winnow::reports {

enum class Measure { kWall, kCpu };

// Of each of the block's iterations.
std::vector<double> iterations_s(const profiles::Block& block);

// CPU seconds of the block's region, user and system, by the kernel; empty where not recorded.
std::optional<double> region_cpu_s(const profiles::Block& block);

// CPU time by wall time of the region: the cores used on average.
std::optional<double> cores_busy(const profiles::Block& block);

// Seconds an iteration: of wall time the block's median iteration, of CPU time the kernel's mean.
// Empty where it is not recorded.
std::optional<double> block_seconds(const profiles::Block& block, Measure measure);

// The same for all comparable blocks of the arm's time pass, by index.
std::map<int, double> block_seconds(const MeasuredArm& arm, Measure measure);

}  // namespace winnow::reports
