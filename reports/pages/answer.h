#pragma once

#include <vector>

#include "reports/comparison/report.h"

namespace winnow::reports {

// The answer below the headline, in a few lines: by how much and how sure, the first of many
// variants, at most three reasons, or why there is no winner. Plain text.
std::vector<Fact> answer_lines(const Report& report);

}  // namespace winnow::reports
