#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "reports/blocks/block_times.h"
#include "reports/figures/table.h"
#include "reports/recorded/measured.h"

// Blocks of the time pass with the same index, compared pair by pair: one fresh process is one
// observation. Blocks of different runs (Variant::run) are compared without pairing.
namespace winnow::reports {

// Blocks of two variants with the same index, compared. Ratios are of costs, first / second: above
// one the second is faster, or better by a metric.
struct Pairs {
  int faster = 0, slower = 0, ties = 0;  // the second variant took less, more, as much as the first
  std::optional<double> ratio;           // Hodges-Lehmann; empty: no pairs
  std::optional<double> low, high;       // 99% interval by signed ranks; empty: too few pairs
  std::optional<double> sign_low, sign_high;  // the sign test's interval of the median
  double p = 1, sign_p = 1;                   // two-sided, of this comparison alone
  double adjusted_p = 1;                      // p, over all comparisons of its family
  bool identical = false;                     // all pairs tie; unpaired: all blocks of both do
  int comparisons = 1;                        // of the family
  int needed = 0;                             // pairs below which the family cannot reach its level
  bool conflict = false;     // the test rejects "equal", but means or medians point the other way
  bool within_bias = false;  // it does, but by no more than the A/A arm differs from the baseline
  Evidence evidence = Evidence::kUnproven;
  // Of different runs: the blocks of both sides, which are compared without pairing by the
  // Mann-Whitney test; then there are no pairs and no sign test.
  int first_blocks = 0, second_blocks = 0;
  bool unpaired() const { return first_blocks > 0; }
  // Of pairs, or of the blocks of the smaller side.
  int count() const { return faster + slower + ties + std::min(first_blocks, second_blocks); }
  bool decided() const { return low && (*low > 1 || *high < 1); }
  // Skewed differences: the two intervals do not agree on whether there is a difference.
  bool skewed() const { return low && sign_low && decided() != (*sign_low > 1 || *sign_high < 1); }
};

// How far the A/A arm may lie from the baseline, as a factor above one; 1: it does not differ.
double twin_bias(const Measured& arms, Measure measure);

struct Match {
  const MeasuredArm *first, *second;  // the same: there is nothing to compare
};

// Compares each match over the recording's pairs of blocks, p adjusted over all of them (Holm):
// name every match that the figures might have led to. A difference is proven if the adjusted p of
// the signed-rank test is at most kLevel; if means and medians point the same way; and, where the
// A/A arm differs from the baseline, if it is larger than that.
std::vector<Pairs> compare_all(const Measured& arms, const std::vector<Match>& matches,
                               Measure measure);

// "10 pairs of blocks", "10 blocks against 12, unpaired"
std::string blocks_words(const Pairs& pairs);

// "signed ranks", "Mann-Whitney"
std::string test_name(const Pairs& pairs);

// "4.80x, 99% CI 4.61x to 5.02x"; without an interval: "4.80x, too few pairs for an interval";
// where all pairs tie: "identical in all pairs of blocks".
std::string ratio_words(const Pairs& pairs);

// The same, behind "~ " where no difference is proven; "-" without any blocks.
std::string judged_ratio_words(const Pairs& pairs);

}  // namespace winnow::reports
