#pragma once

#include <optional>
#include <string>

#include "profiles/recording/stacks.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

struct VariantStacks {
  std::optional<profiles::Stacks> cpu, wall, allocation;
};

// The clock's stacks of a variant, or null.
const profiles::Stacks* stacks_of(const VariantStacks& variant, profiles::ProfileClock clock);

// "spawn, cpu: unavailable: ..."
std::string no_stacks(const MeasuredArm& variant, profiles::ProfileClock clock);

}  // namespace winnow::reports
