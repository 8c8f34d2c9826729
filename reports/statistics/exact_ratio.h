#pragma once

#include <compare>

// Counts an iteration, compared without rounding: of two whole numbers beyond 2^53 that differ by
// one a double is the same.
namespace winnow::reports {

__extension__ typedef __int128 Whole;  // holds the products of two counts

struct ExactRatio {
  Whole count = 0, per = 1;  // per > 0

  double value() const;
  // By the value. Each count times the other's per has to fit into Whole.
  std::strong_ordering operator<=>(const ExactRatio& other) const;
  bool operator==(const ExactRatio& other) const { return *this <=> other == 0; }
};

// a - b, rounded once, at the end.
double difference(const ExactRatio& a, const ExactRatio& b);

}  // namespace winnow::reports
