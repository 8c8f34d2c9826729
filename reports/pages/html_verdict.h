#pragma once

#include <string>

#include "reports/comparison/report.h"

namespace winnow::reports {

// The verdict in one line: "Coarse-Grained is 1.61x as fast as Fine-Grained"; "packed and hybrid
// tie; both are 1.62 to 1.71x as fast as Fine-Grained: use either"; "probably
// Coarse-Grained, on a busy machine: 4 of 10 rounds disturbed; against Fine-Grained: CPU
// time 1.20x, wall time 1.61x".
std::string headline(const Report& report);

// "winner", "probable", "open" or "void": its class in the page's style sheet.
const char* verdict_class(const Verdict& verdict);

// "Coarse-Grained", "probably packed and hybrid"; without a winner the verdict's title.
std::string short_winner(const Report& report);

// "1.61x as fast as Fine-Grained", "~ 1.02x as fast as Fine-Grained": the large figure of the page
// in one line. Empty: nothing was compared.
std::string short_ratio(const Report& report);

// Of the section that holds them all.
inline constexpr const char* kWarningsHeading = "Warnings";

// Who won, by how much, how sure and why; with what makes it void, where it is.
std::string verdict_section(const Report& report);

}  // namespace winnow::reports
