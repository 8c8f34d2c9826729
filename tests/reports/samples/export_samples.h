#pragma once

#include "reports/exports/export.h"

namespace winnow::reports {

// Names that break what does not escape them.
inline constexpr const char* kHostileNames[] = {
    "</script><b>&|", "a \"quoted\", name;\nin two lines", "\x01\x1b[31mred\x7f\u202E",
    "cut \xF0\x9F UTF-8", "=HYPERLINK(\"x\")"};

// A recording with every pass, with call stacks; functions, a variant's label and the workload have
// such names.
Export hostile_export();

}  // namespace winnow::reports
