#pragma once

#include <string>
#include <vector>

#include "reports/blocks/same_work.h"
#include "reports/recorded/measured.h"

// Same work must cost the same: a kernel's CPU time by multiply-accumulate, in each variant against
// `serial` where it is recorded, else against the baseline. What it costs more is contention, cold
// caches or clock frequency.
namespace winnow::reports {

inline constexpr double kContentionLevel = 0.01;  // over all rows together

struct ContentionRow {
  std::string kernel;
  size_t variant = 0, reference = 0;  // indices of variants
  double excess_percent = 0;  // sampled CPU time per multiply-accumulate against the reference's
  // 99% interval by counting samples at random. Its lower end gives the reference all CPU time of
  // its own that was not sampled; its upper end gives the variant all of its.
  double low_percent = 0, high_percent = 0;
  double p = 1;              // of "costs no more", one-sided, on the same grounds as the lower end
  bool significant = false;  // by Holm's method over all rows
};

// Rows that have samples and counted multiply-accumulates on both sides; none where the same work
// is not proven.
std::vector<ContentionRow> contention_rows(const Measured& arms, const SameWork& same_work);

// One sentence for each significant row.
std::vector<std::string> contention_sentences(const Measured& arms, const SameWork& same_work);

}  // namespace winnow::reports
