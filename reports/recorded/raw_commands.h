#pragma once

#include "profiles/recording/recording.h"
#include "reports/comparison/report.h"

namespace winnow::reports {

// How to open the recording's raw profiles with google-pprof, from the recording's folder.
std::vector<RawCommand> raw_commands(const profiles::Recording& recording);

// A file name as one word of a shell command.
std::string shell_quoted(const std::string& word);

}  // namespace winnow::reports
