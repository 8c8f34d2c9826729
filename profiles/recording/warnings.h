#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "profiles/recording/recording.h"

namespace winnow::profiles {

// Said once, however often it applies.
inline void warn_once(Recording& recording, std::string warning) {
  if (std::ranges::count(recording.warnings, warning) == 0)
    recording.warnings.push_back(std::move(warning));
}

}  // namespace winnow::profiles
