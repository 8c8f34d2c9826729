#include "reports/detail/detail.h"

#include "reports/detail/chains.h"

namespace winnow::reports {

Detail make_detail(const profiles::Recording& recording, const Report& report,
                   const std::vector<VariantStacks>& stacks) {
  Detail detail;
  detail.answers = {scheduler_answer(report), threads_answer(report),
                    allocations_answer(recording, report), hotspots_answer(recording, report),
                    gain_answer(report)};
  for (size_t variant = 0; variant < report.variants.size(); ++variant)
    for (bool cumulative : {false, true})
      detail.listings.push_back(functions_listing(recording, report, variant, cumulative));
  for (size_t variant = 1; variant < report.variants.size(); ++variant) {
    detail.listings.push_back(chains_listing(recording, report, stacks, variant));
    detail.listings.push_back(call_sites_listing(recording, report, stacks, variant));
  }
  detail.listings.push_back(latency_listing(recording, report));
  return detail;
}

}  // namespace winnow::reports
