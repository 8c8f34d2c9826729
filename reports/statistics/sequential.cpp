#include "reports/statistics/sequential.h"

#include <algorithm>
#include <vector>

namespace winnow::reports {

namespace {

std::vector<size_t> looks_at(size_t pairs, bool ended) {
  std::vector<size_t> looks;
  for (const size_t look : kLooks)
    if (look <= pairs) looks.push_back(look);
  if (ended && !looks.empty() && looks.back() < std::min<size_t>(pairs, kLooks.back()))
    looks.push_back(pairs);
  return looks;
}

}  // namespace

SequentialResult decide(std::span<const double> candidate, std::span<const double> baseline,
                        const SlowdownLimits& limits, bool ended) {
  SequentialResult result;
  result.confidence = 1 - limits.level;
  const std::vector<size_t> looks = looks_at(std::min(candidate.size(), baseline.size()), ended);
  for (const size_t look : looks) {
    const bool last = ended && look == looks.back();
    result.ratio = paired_ratio(candidate.first(look), baseline.first(look), result.confidence);
    if (result.ratio.low && *result.ratio.low > limits.allowance)
      result.decision = SequentialResult::kRegression;
    else if (result.ratio.high && *result.ratio.high < limits.tolerance &&
             (last || *result.ratio.ratio <= limits.allowance))
      result.decision = SequentialResult::kPass;
    if (result.decision != SequentialResult::kOpen) break;
  }
  return result;
}

}  // namespace winnow::reports
