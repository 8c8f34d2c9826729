#pragma once

#include <span>
#include <vector>

#include "profiles/recording/recording.h"
#include "reports/gate/gate.h"
#include "reports/gate/rules.h"

// The statistical tier of a gate: wall and CPU time of an iteration and peak memory, in pairs of
// processes of the two sides that ran side by side.
namespace winnow::reports {

// Blocks of the time pass with the same index are a pair. Where two copies of the baseline differ
// (its A/A arm), a slow-down must exceed that to be a regression. Disturbed ones stay: both sides
// of a pair meet the same neighbours, and ranks bound what one pair can do. A row that no look has
// decided yet is kInconclusive; wall time is kBeside after kPairsBeside pairs, and when the run has
// `ended`, where CPU time tells enough of the program to decide in its place
// (GateRule::must_decide). The level is shared out over the variants.
inline constexpr int kPairsBeside = 40;
std::vector<GateRow> time_rows(const profiles::Recording& baseline,
                               const profiles::Recording& candidate,
                               std::span<const GateRule> rules, bool ended = true);

// Nothing is left that more pairs could decide: a regression is proven, or no row is open.
bool time_decided(std::span<const GateRow> rows);

// After a round of the time pass of both sides: is it one of a look that decided, or has a process
// failed, which makes the gate invalid?
bool gate_enough(const profiles::Recording& both, std::span<const GateRule> rules);

// One recording of both sides: that of one of them, under the variants' own names. The A/A arm is
// the base's.
profiles::Recording side_recording(const profiles::Recording& both, profiles::Side side);

}  // namespace winnow::reports
