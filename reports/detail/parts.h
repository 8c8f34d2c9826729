#pragma once

#include "reports/detail/detail.h"
#include "reports/exports/export.h"

// The parts that make_detail puts together.
namespace winnow::reports {

Answer scheduler_answer(const Report& report);
Answer threads_answer(const Report& report);
Answer allocations_answer(const profiles::Recording& recording, const Report& report);
Answer hotspots_answer(const profiles::Recording& recording, const Report& report);
Answer gain_answer(const Report& report);

// The functions of one variant with the largest flat or cumulative time.
Listing functions_listing(const profiles::Recording& recording, const Report& report,
                          size_t variant, bool cumulative);
// p50, p90 and p99 of the iterations of the time pass.
Listing latency_listing(const profiles::Recording& recording, const Report& report);
// Call chains, or call sites of allocations, that moved most against the baseline, by text.
Listing chains_listing(const profiles::Recording& recording, const Report& report,
                       const std::vector<VariantStacks>& stacks, size_t variant);
Listing call_sites_listing(const profiles::Recording& recording, const Report& report,
                           const std::vector<VariantStacks>& stacks, size_t variant);

// A share of `part` in `whole` samples with Wilson's interval at 95 %.
struct Share {
  double share = 0, low = 0, high = 0;
};
Share share_of(double part, double whole);

}  // namespace winnow::reports
