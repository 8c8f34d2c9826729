#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "profiles/recording/recording.h"
#include "profiles/recording/stacks.h"

namespace winnow::reports {

struct VariantStacks {
  std::optional<profiles::Stacks> cpu, wall, allocation;
};

// The clock's stacks of a variant, or null.
const profiles::Stacks* stacks_of(const VariantStacks& variant, profiles::ProfileClock clock);

// "spawn, cpu: unavailable: ..."
std::string no_stacks(const profiles::Recording& recording, size_t variant,
                      profiles::ProfileClock clock);

}  // namespace winnow::reports
