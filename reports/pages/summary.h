#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/comparison/report.h"

namespace winnow::reports {

// The report's answer for a terminal, in plain text: who, by how much and how sure, three reasons
// why, how good the machine was, and where more lies (`places`). Lines of at most `columns` columns
// where words allow it, longer texts continued below; of a character that is wide or combining the
// width is not known. Each line is closed.
std::string to_summary(const Report& report, size_t columns, const std::vector<Fact>& places = {});

}  // namespace winnow::reports
