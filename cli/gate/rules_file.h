#pragma once

#include <string>
#include <vector>

#include "reports/gate/rules.h"

namespace winnow::cli {

// The rules of a TOML file (docs/ci.md lists the keys), in order. Throws base::UsageError
// "<path>: line N: ..." for a syntax error, an unknown key, a wrong type or a figure out of range.
std::vector<reports::GateRule> read_gate_rules(const std::string& path);

}  // namespace winnow::cli
