#pragma once

#include <string>

#include "reports/comparison/report.h"

namespace winnow::reports {

// Speed of every variant against the baseline with its interval, beside what the run could detect.
std::string speed_figure(const Report& report);

// Texts a second by block.
std::string throughput_figure(const Report& report);

// Seconds an iteration: every iteration of every block, and the blocks' medians.
std::string latency_figure(const Report& report);

}  // namespace winnow::reports
