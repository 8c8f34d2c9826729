#pragma once

#include <span>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"
#include "reports/gate/gate.h"
#include "reports/gate/rules.h"
#include "reports/statistics/exact_ratio.h"

// The exact tier of a gate: counters that cost nothing statistically.
namespace winnow::reports {

struct ExactCounter {
  std::string metric;  // "allocations", "regions.tiles", "work.tokens"
  std::string unit;    // "a text", "bytes a text", "an iteration"
  ExactRatio value{};
  bool may_vary = false;  // from run to run: there is nothing exact to compare
};

// One variant's counters, and why a group of them is not there.
struct ExactCounters {
  std::vector<ExactCounter> counters;
  std::string checksum, isa;  // empty: not told
  std::vector<std::string> unavailable;
};

// Throws base::Error for a recording whose figures stand for no iteration.
ExactCounters exact_counters(const profiles::Recording& recording, const std::string& variant);

// Every counter of every variant that both recordings have. A work counter or a checksum that
// changed is kChanged, a counter that only the baseline has kUnmeasured.
std::vector<GateRow> exact_rows(const profiles::Recording& baseline,
                                const profiles::Recording& candidate,
                                std::span<const GateRule> rules);

}  // namespace winnow::reports
