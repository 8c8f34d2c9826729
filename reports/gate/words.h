#pragma once

#include <string>
#include <vector>

#include "reports/gate/gate.h"

// A gate's figures in words, for every renderer.
namespace winnow::reports {

std::string figure_text(double value);          // "1,234", "0.25"
std::string baseline_text(const GateRow& row);  // "3 a text"; "-": there is none
std::string candidate_text(const GateRow& row);
std::string change_text(const GateRow& row);  // "+1", "+7.9% (+5.2% to +10.4%, 10 pairs)", "~"
// "pool: allocations rose from 3 to 4 a text (allowed: no rise)"
std::string row_sentence(const GateRow& row);
std::string kernel_sentence(const GateKernel& kernel);

// "pool of head, time pass: exit status 3. Its last lines:", and the lines under it.
std::string failure_text(const GateFailure& failure);

// The first few, and how many more there are.
std::string joined(const std::vector<std::string>& parts);

}  // namespace winnow::reports
