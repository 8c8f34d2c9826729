#pragma once

#include <optional>

#include "reports/recorded/measured.h"

namespace winnow::reports {

// How far the runs of a command lie apart in what they allocate: between the run that the
// interposed malloc counted beside the heap profile and the mean of those that it counted in the
// sync pass.
struct AllocationScatter {
  double objects = 0, bytes = 0;
  double mean_bytes = 0;  // of the sync pass's runs
  int runs = 0;           // of the sync pass
};

// The most that two runs may lie apart where the one is `scatter` away from the mean of several: of
// these a single one may be another than all the rest.
inline constexpr double kApart = 10;

// Empty: not known, or the arm is no command.
std::optional<AllocationScatter> allocation_scatter(const MeasuredArm& arm);

}  // namespace winnow::reports
