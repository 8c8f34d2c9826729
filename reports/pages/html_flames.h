#pragma once

#include <string>

#include "reports/comparison/report.h"
#include "reports/pages/pictures.h"

namespace winnow::reports {

// Where CPU time, wall time of threads and allocated bytes go, by call stack: one graph for each
// variant, and the difference between the verdict's two.
std::string flames_section(const Report& report, const PagePictures& pictures);
std::string allocations_section(const Report& report, const PagePictures& pictures);

}  // namespace winnow::reports
