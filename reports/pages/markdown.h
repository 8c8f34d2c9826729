#pragma once

#include <string>

#include "reports/comparison/report.h"

namespace winnow::reports {

// The quick report. Names and texts from the recording are escaped: they cannot break a table,
// start HTML or end a code span.
std::string to_markdown(const Report& report);

}  // namespace winnow::reports
