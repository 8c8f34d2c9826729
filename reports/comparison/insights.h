#pragma once

#include <string>
#include <vector>

#include "reports/comparison/tables.h"

namespace winnow::reports {

// Sentences beside the tables that they speak of.
struct Insights {
  std::vector<std::string> compute, kernels, cpu_total, wall, memory, metrics, dispatch;
  std::vector<std::string> creations;  // beside the creations of threads
};

// Each sentence is chosen and filled by the rows it speaks of and says no more than they show;
// costs are compared only where the work is not proven to differ, and said to be for the same work
// only where that is proven.
Insights insights_of(const Grounds& grounds);

Tables with_insights(Tables tables, Insights found);

}  // namespace winnow::reports
