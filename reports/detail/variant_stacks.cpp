#include "reports/detail/variant_stacks.h"

#include <fmt/format.h>

#include "reports/recorded/questions.h"

namespace winnow::reports {

const profiles::Stacks* stacks_of(const VariantStacks& variant, ProfileClock clock) {
  const auto& stacks = clock == ProfileClock::cpu    ? variant.cpu
                       : clock == ProfileClock::wall ? variant.wall
                                                     : variant.allocation;
  return stacks ? &*stacks : nullptr;
}

std::string no_stacks(const profiles::Recording& recording, size_t variant, ProfileClock clock) {
  const std::string& name = recording.variants[variant].name;
  const Pass pass = pass_of(clock);
  const auto& profiles = profiles_of(recording, name);
  const bool measured = pass == Pass::cpu    ? profiles.cpu.has_value()
                        : pass == Pass::wall ? profiles.wall.has_value()
                                             : profiles.heap.has_value();
  return fmt::format("{}, {}: unavailable: {}", name, word(clock),
                     measured ? "the recording has no call stacks: an older winnow wrote it, or "
                                "its folder stacks/ is gone"
                              : reason(recording, name, pass));
}

}  // namespace winnow::reports
