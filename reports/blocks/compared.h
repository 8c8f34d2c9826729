#pragma once

#include <string>
#include <vector>

#include "profiles/recording/disturbance.h"
#include "reports/blocks/metric_spread.h"
#include "reports/blocks/noise_floor.h"
#include "reports/blocks/pairs.h"
#include "reports/blocks/pattern.h"
#include "reports/blocks/same_work.h"
#include "reports/blocks/timing.h"
#include "reports/recorded/measured.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

// A figure that the programs write of themselves, compared.
struct ComparedMetric {
  profiles::Metric about{};
  std::vector<MetricSpread> spreads{};  // per variant
  std::vector<Pairs> pairs{};           // per variant, against the baseline; the first is empty
  Pairs twin{};                         // the A/A arm
  // The smallest relative effects that the run could have detected of a variant against the
  // baseline; and, of three variants or more, of a winner.
  std::optional<double> effect{}, winner_effect{};
};

// The blocks of all variants compared: what tables and verdict hold their figures against. Pairs of
// different work are void.
struct Compared {
  std::vector<std::string> variants{};  // labels, the baseline's first
  Words words{};
  SameWork same_work{};
  profiles::Rounds rounds{};          // how many of them were disturbed
  std::string disturbed_by{};         // what disturbed most blocks; may be empty
  std::vector<Timing> timings{};      // per variant
  std::vector<Pattern> patterns{};    // per variant
  std::vector<Pairs> pairs{};         // per variant, against the baseline; the first is empty
  std::vector<Pairs> cpu_pairs{};     // likewise, of the CPU time of an iteration
  std::vector<Pairs> server_pairs{};  // likewise, of the CPU time of the servers; may be empty
  std::vector<ComparedMetric> compared_metrics{};
  NoiseFloor noise{};
};

Compared compare_blocks(const Measured& arms);

}  // namespace winnow::reports
