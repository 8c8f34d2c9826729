#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"
#include "reports/statistics/detectable.h"

// A machine's noise, from a recording of one variant and its A/A arm, and the pairs of blocks that
// a comparison takes there.
namespace winnow::reports {

// Pairs by which a comparison of two variants finds a relative effect (kPower): by sigma, and by
// the ends of its interval.
struct PairsToDetect {
  double effect = 0;
  int pairs = 0, low = 0, high = 0;
};

struct Scatter {
  int pairs = 0;
  std::optional<Sigma> sigma;           // of the pairs' log-ratios; empty: too few pairs
  std::optional<double> drift;          // last third of the rounds against the first: 0.02 is 2%
  int spikes = 0, blocks = 0;           // blocks far above their variant's median, of all
  std::vector<PairsToDetect> needed{};  // empty: no sigma
};

struct Calibration {
  std::string subject;  // "pool, batch32: 32 texts on 4 threads"
  Scatter wall, cpu;
};

// Throws base::Error where the recording has no A/A arm, or that did not do the same work.
Calibration calibrate(const profiles::Recording& recording);

std::string to_markdown(const Calibration& calibration);

}  // namespace winnow::reports
