#pragma once

#include <string>

#include "reports/comparison/report.h"

namespace winnow::reports {

// The verdict in one line: "Coarse-Grained is 1.61x as fast as Fine-Grained"; "packed and hybrid
// tie; both are 1.62 to 1.71x as fast as Fine-Grained: use either"; "probably
// Coarse-Grained, on a busy machine: 4 of 10 rounds disturbed; against Fine-Grained: CPU
// time 1.20x, wall time 1.61x".
std::string headline(const Report& report);

// Who won, by how much, how sure and why; with what makes it void, where it is.
std::string verdict_section(const Report& report);

}  // namespace winnow::reports
