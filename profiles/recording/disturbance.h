#pragma once

#include <string>
#include <vector>

#include "profiles/recording/recording.h"

// The rule, stated before anything is measured, by which a block counts as disturbed. It judges
// what others did, never the figures that the block brought.
namespace winnow::profiles {

// Cores' worth of time that other programs used: all that the cores were busy, less the block's own
// CPU time. A thread that shares its core with another that is always busy takes twice as long, and
// a loop of equal parts waits for its slowest thread: so a quarter of one core may cost a quarter
// of the time, however many cores there are. The tick's error is far below: over runs that created
// thousands of threads or kept all of 4 cores busy, what is left for others was within 0.04 cores
// of the sum over all other processes.
inline constexpr double kOtherCores = 0.25;
// The kernel counts busy time in ticks that hit whoever runs: a block too short to count this much
// of others' time does not tell.
inline constexpr double kOtherCpu_s = 0.1;

// Pressure (some task waited for a core, percent of the wall time) marks a block only beside other
// programs, because a program's own threads wait, too, where they are as many as cores or more. In
// short bursts others take less than kOtherCores and still hold a thread up in most of the loops.
inline constexpr double kPressurePercent = 25;
inline constexpr double kPressureOtherCores = 0.1;

// Time that the hypervisor gave to other machines, where it is more than a few ticks. It is the
// weakest of the tellers: under neighbours' load that spread wall times by a fifth it read 0.3 to
// 1.1% only.
inline constexpr double kSteal_s = 0.05;
inline constexpr double kStealPercent = 1;
inline constexpr double kIdleStealPercent = 0.5;  // over a long time: of a host that is not crowded

// Time for which the control group's quota held the group back, percent of the wall time: all of
// its threads stand still then.
inline constexpr double kThrottledPercent = 0.5;

// Why a block during which the machine was in this state is disturbed: "other programs used 1.3 of
// 4 cores"; empty: it is not, or nothing could be read. `cores`: those that the block could use.
std::string disturbance(const BlockMachine& machine, int cores);

// A round of the time pass is one block of every arm; it has one index. A round with a disturbed
// block is repeated once at the end of the pass, as a new round whose blocks tell `rerun_of`; at
// most this part of the rounds is.
inline constexpr int kRerunsOneOf = 5;

// Indexes of the rounds of the time pass with a disturbed block, without those that repeat others.
std::vector<int> disturbed_rounds(const Recording& recording);

// The rounds of the time pass, without those that repeat others; of runs side by side, all
// together.
struct Rounds {
  int all = 0, disturbed = 0;
  // More than a fifth was disturbed: what is compared holds disturbed blocks.
  bool on_busy_machine() const { return disturbed * kRerunsOneOf > all; }
};
Rounds rounds_of(const Recording& recording);
// What disturbed most blocks of these rounds, as disturbance() said it; empty: none was disturbed.
std::string most_frequent_disturbance(const Recording& recording);

// The blocks of a variant (or the twin) in a pass that ended well and may be compared. Of a round
// that was repeated it is the one or the other, for all arms alike, so that pairs stay pairs: the
// repetition where all of its blocks ended well and undisturbed, else the round itself. Runs side
// by side choose each for itself.
std::vector<const Block*> comparable_blocks(const Recording& recording, const std::string& variant,
                                            Pass pass);

// Did it end well, and in a repetition that does not take its round's place? `compared`: the
// comparable blocks of the same variant and pass.
bool stands_for_none(const Block& block, const std::vector<const Block*>& compared);

// What the reader of a recording has to know of its disturbed blocks; empty: there are none.
std::vector<std::string> disturbance_warnings(const Recording& recording);

}  // namespace winnow::profiles
