#pragma once

#include <span>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"
#include "reports/gate/gate.h"
#include "reports/gate/rules.h"

// Recordings and rules -> what a gate says.
namespace winnow::reports {

// Where two recordings come from: folders or commits.
struct GateSources {
  std::string baseline, candidate;
};

// A stored baseline against a candidate: exact counters only, because times of two runs that did
// not alternate on one machine differ by more than the program does. Throws base::Error for a
// recording without one good block.
GateReport gate_recordings(const profiles::Recording& baseline,
                           const profiles::Recording& candidate, std::span<const GateRule> rules,
                           const GateSources& sources);

// Two builds that ran in alternating processes: `both` holds the variants of
// both sides. Counters and, where the time pass was run, times. A side without one good block makes
// it invalid.
GateReport gate_builds(const profiles::Recording& both, std::span<const GateRule> rules,
                       const GateSources& sources);

// What of the input differs, so that the recordings compare nothing; empty: they are comparable.
std::vector<std::string> mismatches(const profiles::Recording& baseline,
                                    const profiles::Recording& candidate);

// Throws base::UsageError for a rule that takes no metric of these variants. Before a run it is not
// known which "work." and "regions." there are: `rows` is empty then.
void check_rules_used(std::span<const GateRule> rules, const std::vector<std::string>& variants,
                      std::span<const GateRow> rows);

// The steps that both modes share.
GateSide side_of(const profiles::Recording& recording, const std::string& source);
// What is wrong with a recording in itself: failed blocks, other work from block to block.
std::vector<std::string> problems_of(const profiles::Recording& recording);
// Sorts the rows, the worst first, and sets outcome and sentence by them.
void decide(GateReport& report);

}  // namespace winnow::reports
