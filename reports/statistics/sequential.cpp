#include "reports/statistics/sequential.h"

#include <algorithm>

namespace winnow::reports {

SequentialResult decide(std::span<const double> candidate, std::span<const double> baseline,
                        const SlowdownLimits& limits) {
  SequentialResult result;
  result.confidence = 1 - limits.level;
  const size_t pairs = std::min(candidate.size(), baseline.size());
  for (const size_t look : kLooks) {
    if (pairs < look) break;
    result.ratio = paired_ratio(candidate.first(look), baseline.first(look), result.confidence);
    if (result.ratio.low && *result.ratio.low > limits.allowance)
      result.decision = SequentialResult::kRegression;
    else if (result.ratio.high && *result.ratio.high < limits.tolerance)
      result.decision = SequentialResult::kPass;
    if (result.decision != SequentialResult::kOpen) break;
  }
  return result;
}

}  // namespace winnow::reports
