#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/blocks/compared.h"

namespace winnow::reports {

// What a winner is sought by: wall time, or a metric; CPU time seeks none, it stands beside. Costs
// are better where they are less.
struct Contest {
  Measure measure = Measure::kWall;
  std::string by;                                     // "wall time", "req/s"
  std::vector<std::optional<double>> means, medians;  // costs, per variant

  bool of_time() const { return measure == Measure::kWall; }
  std::vector<size_t> entered() const;  // the variants that have figures
};

Contest contest_by_time(const Compared& compared);
Contest contest_by_cpu(const Compared& compared);
// `metric` must outlive it.
Contest contest_by(const ComparedMetric& metric);

// `pairs`: the rival's blocks against the winner's. "1.34x as fast by Hodges-Lehmann, 99% CI 1.30x
// to 1.38x"; "1.34x better (higher req/s) by ..."; "identical in all pairs of blocks".
std::string advantage(const Contest& contest, const Pairs& pairs);

// "p = 0.002 over 10 pairs of blocks"
std::string certainty(const Pairs& pairs);

}  // namespace winnow::reports
