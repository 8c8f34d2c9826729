#pragma once

#include <string>

#include "profiles/recording/recording.h"

namespace winnow::cli {

// Measures this machine, about 2 s, as a recording carries it.
profiles::Roofline measured_roofline();

// A Markdown table and, below it, how it was measured.
std::string to_markdown(const profiles::Roofline& roofline);

}  // namespace winnow::cli
