#pragma once

#include <string>

#include "reports/gate/gate.h"

namespace winnow::reports {

// verdict.json (docs/ci.md).
std::string gate_json(const GateReport& report);

}  // namespace winnow::reports
