#pragma once

#include <string>
#include <string_view>

#include "profiles/recording/recording.h"
#include "reports/comparison/report.h"

namespace winnow::reports {

// Whether a function counts as part of a kernel: its name without namespaces, template arguments
// and parameters is the kernel's, or begins with it and "_".
bool is_part_of(std::string_view function, std::string_view kernel);

// For each kernel whose multiply-accumulates the program tells: sampled CPU time by them, and the
// share of one core's int8 peak.
Table kernel_table(const profiles::Recording& recording, const SameWork& same_work);

}  // namespace winnow::reports
