#include "reports/detail/detail.h"

#include "reports/detail/chains.h"

namespace winnow::reports {

Detail make_detail(const Measured& arms, const Report& report,
                   const std::vector<VariantStacks>& stacks) {
  Detail detail;
  detail.answers = {scheduler_answer(report), threads_answer(report),
                    allocations_answer(arms, report), hotspots_answer(arms, report),
                    gain_answer(report)};
  for (size_t variant = 0; variant < report.variants.size(); ++variant)
    for (bool cumulative : {false, true})
      detail.listings.push_back(functions_listing(arms, report, variant, cumulative));
  for (size_t variant = 1; variant < report.variants.size(); ++variant) {
    detail.listings.push_back(chains_listing(arms, stacks, variant));
    detail.listings.push_back(call_sites_listing(arms, stacks, variant));
  }
  detail.listings.push_back(latency_listing(arms, report));
  return detail;
}

}  // namespace winnow::reports
