#pragma once

#include <string>

#include "profiles/process/plan.h"

namespace winnow::cli {

// What the machine can do at most, as a recording carries it. Measured once since it started, and
// kept in a file in the user's folder for caches; how long ago it was stands in its method. What
// was measured on a busy machine is kept for ten minutes.
profiles::MeasuredRoofline kept_roofline();

// Measured anew, about 2 s, and kept.
profiles::MeasuredRoofline measured_roofline();

// A Markdown table and, below it, how it was measured.
std::string to_markdown(const profiles::Roofline& roofline);

}  // namespace winnow::cli
