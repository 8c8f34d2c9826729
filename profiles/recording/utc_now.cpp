#include "profiles/recording/utc_now.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

namespace winnow::profiles {

std::string utc_now() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

}  // namespace winnow::profiles
