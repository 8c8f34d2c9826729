#pragma once

#include <string>

#include "reports/comparison/report.h"
#include "reports/pages/pictures.h"

namespace winnow::reports {

// What each worker did during one iteration, all variants on one axis: the median iteration, and
// with scripts the slowest and the fastest.
std::string timeline_section(const Report& report, const PagePictures& pictures);

}  // namespace winnow::reports
