#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/comparison/report.h"

namespace winnow::reports {

// The report's answer for a terminal, in plain text: who, by how much and how sure, three reasons
// why, how good the machine was, and where more lies (`places`). NamedLines of `columns`.
std::string to_summary(const Report& report, size_t columns, const std::vector<Fact>& places = {});

}  // namespace winnow::reports
