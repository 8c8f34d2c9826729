#pragma once

#include <string>

#include "profiles/recording/recording.h"
#include "profiles/recording/stacks.h"

namespace winnow::cli {

// Gives each sampled function of a recording the category that the rules of this file name, in the
// place of the recorded one. Allocations keep theirs: their call chains were not kept whole. Throws
// base::Error and base::UsageError for a file that cannot be read or holds no rules.
void recategorize(const std::string& rules_file, profiles::Recording& recording);

// The same for the call stacks of a profile whose functions have their categories already.
void recategorize(const std::optional<profiles::SampledProfile>& profile,
                  std::optional<profiles::Stacks>& stacks);

}  // namespace winnow::cli
