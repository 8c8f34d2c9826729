#include "reports/statistics/exact_ratio.h"

namespace winnow::reports {

double ExactRatio::value() const { return static_cast<double>(count) / static_cast<double>(per); }

std::strong_ordering ExactRatio::operator<=>(const ExactRatio& other) const {
  return count * other.per <=> other.count * per;
}

double difference(const ExactRatio& a, const ExactRatio& b) {
  return static_cast<double>(a.count * b.per - b.count * a.per) /
         (static_cast<double>(a.per) * static_cast<double>(b.per));
}

}  // namespace winnow::reports
