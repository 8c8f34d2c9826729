#pragma once

#include <string>

#include "reports/blocks/compared.h"
#include "reports/figures/table.h"
#include "reports/recorded/measured.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

// A row that pairs judge, without its figures: what is not proven says so in its remark.
Row judged_row(const std::string& name, Unit unit, const std::vector<Pairs>& tests);

// Such a row, whose figures the pairs compare, shows their ratios, too.
void add_ratios(Row& row, const std::vector<Pairs>& tests);

std::string cpu_row_name(const Words& words);  // "CPU Time/Iteration"

// The Performance Summary: the time pass, and its share of the machine's int8 peak.
Table performance_table(const Measured& arms, const Compared& compared);

}  // namespace winnow::reports
