#pragma once

#include "profiles/recording.h"
#include "reports/report.h"

// Tables of the sampled profiles: flat rows that add up, and cumulative rows, which do not, apart.
namespace winnow::reports {

struct CpuTables {
  Table scheduler, compute;  // flat, by function
  Table total;               // flat, by category, with what was not sampled: 100 %
  Table cumulative;
};
// `cpu_pairs` is the test of the time pass's CPU time, per variant: what the sum of a few processes
// of the cpu pass is judged by.
CpuTables cpu_tables(const profiles::Recording& recording, const std::vector<Pairs>& cpu_pairs,
                     std::vector<std::string>& warnings);

// Where threads were, waiting included; only persistent threads have one.
Table wall_table(const profiles::Recording& recording);

}  // namespace winnow::reports
