#pragma once

#include "reports/figures/table.h"
#include "reports/recorded/sampled.h"

// Tables of the cpu profile by function: flat rows that add up, and cumulative rows, which do not,
// apart.
namespace winnow::reports {

struct CpuTables {
  Table scheduler, compute;  // flat
  Table cumulative;
};
CpuTables cpu_tables(const Profiles& all);

}  // namespace winnow::reports
