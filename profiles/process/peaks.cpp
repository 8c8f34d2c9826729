#include "profiles/process/peaks.h"

#include <fmt/format.h>

#include <utility>

#include "base/message.h"

namespace winnow::profiles {

void take_peaks(const MeasuringPlan& plan, std::optional<Roofline>& roofline,
                std::vector<std::string>& warnings) try {
  if (!plan.roofline || roofline) return;
  MeasuredRoofline peaks = plan.roofline();
  roofline = std::move(peaks.roofline);
  if (!peaks.warning.empty()) warnings.push_back(std::move(peaks.warning));
} catch (const std::exception& error) {
  warnings.push_back(
      fmt::format("the machine's peaks were not measured: {}", base::message_of(error)));
}

}  // namespace winnow::profiles
