#pragma once

#include <string>

namespace winnow::profiles {

// The date that a recording is stamped with: ISO 8601, to the second.
std::string utc_now();

}  // namespace winnow::profiles
