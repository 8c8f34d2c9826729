#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/blocks/pairs.h"
#include "reports/recorded/measured.h"
#include "reports/statistics/detectable.h"

namespace winnow::reports {

// The A/A arm: a second copy of the baseline against the baseline.
struct NoiseFloor {
  Pairs wall{}, cpu{};  // one family: p is adjusted over both (Holm)
  // The smallest relative effects that the run could have detected of one variant against the
  // baseline; and, of three variants or more, of a winner by wall time.
  std::optional<double> wall_effect, cpu_effect, winner_effect;
  std::string sentence;  // these in words, or why there are none
};

// The smallest relative effect that a run of `variants` could have detected (kLevel, kPower), from
// the A/A arm, which there is; empty: too few pairs.
std::optional<double> smallest_effect(const Measured& arms, Measure measure, Sought sought,
                                      int variants);

// What the A/A arm tells of the run's noise, and the smallest effects that a run of `variants`
// could have detected (kLevel, kPower), without a winner where `ranks` is false.
NoiseFloor noise_floor(const Measured& arms, int variants, bool ranks);

// Does the A/A arm differ in that one of the two? By chance one of them does so in 1% of runs.
bool twin_differs(const Pairs& twin);

// The warning that the A/A arm itself differs from the baseline; empty: it does not.
std::string noise_alarm(const std::vector<std::string>& labels, const NoiseFloor& noise);

}  // namespace winnow::reports
