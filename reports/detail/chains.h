#pragma once

#include <vector>

#include "reports/detail/listings.h"
#include "reports/detail/variant_stacks.h"

namespace winnow::reports {

// Call chains, or call sites of allocations, that moved most against the baseline, by item.
Listing chains_listing(const Measured& arms, const std::vector<VariantStacks>& stacks,
                       size_t variant);
Listing call_sites_listing(const Measured& arms, const std::vector<VariantStacks>& stacks,
                           size_t variant);

}  // namespace winnow::reports
