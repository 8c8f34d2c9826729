#pragma once

#include <string>

#include "profiles/recording/recording.h"

// Recordings that the report's tests render.
namespace winnow::reports {

// The seed document's own figures, typed in.
profiles::Recording seed_recording();

// The same with the two variants' figures exchanged: the baseline wins.
profiles::Recording reversed_seed_recording();

// A run of spawn and pool with every pass, as a small machine gives it.
profiles::Recording realistic_recording();

// A function row with flat time only.
profiles::Function flat(const std::string& name, const std::string& category, double seconds);

// The time pass: one block for each figure, every one of `iterations` equal iterations.
void add_blocks(profiles::Recording& recording, const std::string& variant,
                const std::vector<double>& iteration_s, int iterations);

// The text below a heading line ("## Winner"), up to the next heading of that level or above.
std::string section(const std::string& markdown, const std::string& heading);

// The first line that starts with `| <first cell>`; empty when there is none.
std::string table_row(const std::string& markdown, const std::string& first_cell);

}  // namespace winnow::reports
