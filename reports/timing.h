#pragma once

#include "profiles/recording.h"
#include "reports/report.h"

namespace winnow::reports {

// The level of the sign test, shared out (Bonferroni) over the pairs of variants compared.
inline constexpr double kLevel = 0.05;

inline constexpr const char* kCpuRow = "CPU Time/Iteration";

Timing timing_of(const profiles::Recording& recording, const std::string& variant);

// Two-sided sign test of `wins` against `losses`.
double sign_test(int wins, int losses);

// Compares `second` with `first` over blocks of the time pass with the same index: their median
// iterations, or the CPU time of their iterations. `comparisons` is the number of comparisons that
// the verdict draws on.
Pairs compare_pairs(const profiles::Recording& recording, const std::string& first,
                    const std::string& second, int comparisons);
Pairs compare_cpu_pairs(const profiles::Recording& recording, const std::string& first,
                        const std::string& second, int comparisons);

// The Performance Summary. `report` has the timings, the pairs and the same-work check already.
Table performance_table(const profiles::Recording& recording, const Report& report);

}  // namespace winnow::reports
