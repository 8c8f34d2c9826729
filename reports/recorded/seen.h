#pragma once

#include <optional>
#include <string>

#include "profiles/recording/recording.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

// Whether what a pass saw of a command stands for the whole process tree: less than 5% of its CPU
// time was not seen. Empty: the pass sees all.
bool stands_for_all(const std::optional<profiles::SeenShare>& seen);

// How much of the process trees of so many runs a pass saw, as a sentence; empty: all.
std::string seen_words(const std::string& label, const std::optional<profiles::SeenShare>& seen,
                       int runs, const Words& words);

}  // namespace winnow::reports
