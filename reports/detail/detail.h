#pragma once

#include <vector>

#include "reports/detail/answers.h"
#include "reports/detail/listings.h"
#include "reports/detail/variant_stacks.h"

// What the detailed report says beyond the quick one, as plain data.
namespace winnow::reports {

struct Detail {
  std::vector<Answer> answers{};
  std::vector<Listing> listings{};
};

Detail make_detail(const Measured& arms, const Report& report,
                   const std::vector<VariantStacks>& stacks);

}  // namespace winnow::reports
