#include "reports/recorded/allocation_scatter.h"

#include <cmath>

namespace winnow::reports {

std::optional<AllocationScatter> allocation_scatter(const MeasuredArm& arm) {
  const auto& heap = arm.heap();
  const auto& sync = arm.sync();
  if (!heap || !heap->seen || !heap->exact_bytes || !heap->exact_objects || heap->iterations <= 0)
    return std::nullopt;
  if (!sync || !sync->allocated_bytes || !sync->allocations || sync->iterations < 2)
    return std::nullopt;
  const auto mean = [&](int64_t sum) { return static_cast<double>(sum) / sync->iterations; };
  const auto one = [&](int64_t sum) { return static_cast<double>(sum) / heap->iterations; };
  AllocationScatter scatter;
  scatter.runs = sync->iterations;
  scatter.mean_bytes = mean(*sync->allocated_bytes);
  scatter.bytes = std::abs(scatter.mean_bytes - one(*heap->exact_bytes));
  scatter.objects = std::abs(mean(*sync->allocations) - one(*heap->exact_objects));
  return scatter;
}

}  // namespace winnow::reports
