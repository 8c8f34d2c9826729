#include "reports/detail/variant_stacks.h"

#include <fmt/format.h>

namespace winnow::reports {

const profiles::Stacks* stacks_of(const VariantStacks& variant, ProfileClock clock) {
  const auto& stacks = clock == ProfileClock::cpu    ? variant.cpu
                       : clock == ProfileClock::wall ? variant.wall
                                                     : variant.allocation;
  return stacks ? &*stacks : nullptr;
}

std::string no_stacks(const MeasuredArm& variant, ProfileClock clock) {
  const Pass pass = pass_of(clock);
  const bool measured = pass == Pass::cpu    ? variant.cpu().has_value()
                        : pass == Pass::wall ? variant.wall().has_value()
                                             : variant.heap().has_value();
  return fmt::format("{}, {}: unavailable: {}", variant.name, word(clock),
                     measured ? "the recording has no call stacks: an older winnow wrote it, or "
                                "its folder stacks/ is gone"
                              : variant.reason(pass));
}

}  // namespace winnow::reports
