#pragma once

#include "profiles/recording/recording.h"
#include "reports/comparison/report.h"

namespace winnow::reports {

// Work counters, output checksum and instruction set of all blocks with as many iterations must be
// equal, and the time pass of every variant must have counted: timings of different work compare
// nothing.
SameWork check_same_work(const profiles::Recording& recording);

}  // namespace winnow::reports
