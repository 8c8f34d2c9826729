#pragma once

#include <map>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"
#include "reports/comparison/report.h"

// Blocks of the time pass with the same index, compared pair by pair: one fresh process is one
// observation. Blocks of different runs (Variant::run) are compared without pairing.
namespace winnow::reports {

enum class Measure { kWall, kCpu };

// Seconds an iteration: of wall time the block's median iteration, of CPU time the kernel's mean.
// Empty where it is not recorded.
std::optional<double> block_seconds(const profiles::Block& block, Measure measure);

// The same for all comparable blocks of a variant or the twin, by index.
std::map<int, double> block_seconds(const profiles::Recording& recording,
                                    const std::string& variant, Measure measure);

// How far the A/A arm may lie from the baseline, as a factor above one; 1: it does not differ.
double twin_bias(const profiles::Recording& recording, Measure measure);

struct Match {
  std::string first, second;  // names of variants; equal: there is nothing to compare
};

// Compares each match over the recording's pairs of blocks, p adjusted over all of them (Holm):
// name every match that the figures might have led to. A difference is proven if the adjusted p of
// the signed-rank test is at most kLevel; if means and medians point the same way; and, where the
// A/A arm differs from the baseline, if it is larger than that.
std::vector<Pairs> compare_all(const profiles::Recording& recording,
                               const std::vector<Match>& matches, Measure measure);

// "10 pairs of blocks", "10 blocks against 12, unpaired"
std::string blocks_words(const Pairs& pairs);

// "signed ranks", "Mann-Whitney"
std::string test_name(const Pairs& pairs);

// "4.80x, 99 % CI 4.61x to 5.02x"; without an interval: "4.80x, too few pairs for an interval".
std::string ratio_words(const Pairs& pairs);

}  // namespace winnow::reports
