#pragma once

#include <functional>
#include <string>

#include "profiles/process/plan.h"

// Peaks of the machine that deserve belief, or what speaks against them.
namespace winnow::cli {

struct SteadyPeaks {
  profiles::MeasuredRoofline measured;
  bool busy = false;  // other programs ran meanwhile, the second time, too
};

// Measured again where other programs ran meanwhile, or a peak is flat: of each figure the higher
// one. The warning tells what was so the second time, too. /proc and /sys are read below `root`.
SteadyPeaks steady_peaks(const std::function<profiles::Roofline()>& measure,
                         const std::string& root = "");

// Why a peak of several cores is too low to be one: "2 cores reach 452.1 GMAC/s with avx2, one
// 456.0"; empty: none is.
std::string why_flat(const profiles::Roofline& roofline);

// "50 s ago", "3 h ago", "2 days ago"
std::string age_words(double seconds);

}  // namespace winnow::cli
