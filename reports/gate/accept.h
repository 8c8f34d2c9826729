#pragma once

#include <string>

#include "reports/gate/gate.h"

namespace winnow::reports {

// Rules, as a rule file has them (docs/ci.md), by which what this gate refuses would pass: for a
// change that is made on purpose. Empty: nothing is refused, or no rule can allow it.
std::string accepting_rules(const GateReport& report);

}  // namespace winnow::reports
