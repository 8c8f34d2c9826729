#pragma once

#include <string>
#include <vector>

#include "reports/recorded/measured.h"

// Variants whose scheduling does not differ. Two runs of one program under two names differ in time
// by chance, by where things lie in memory and by what else the machine did; a difference that no
// count of the scheduler's doings shows has no cause in scheduling.
//
// Compared are, per iteration: the loops that hand out work, which must be equal; what the agent
// counts in each process of the sync pass: thread creations and joins, condition waits, signals,
// broadcasts, contended locks, futex calls, the marked states, voluntary context switches; last the
// cores used (CPU time / wall time of a block's region in the time pass), where an uneven share of
// the work shows that no count sees.
//
// A count that is the same in every process of a variant is exact, if it is one of creations or
// joins, or no small one: it must be equal. Any other differs only by all of these:
// - material: the sums differ by more than 4 sqrt(a + b), which independent events would scatter
//   by, and a tenth of the larger, because wake-ups come in bursts;
// - beyond what the ranks of the processes may do by luck, whatever the count's distribution is
//   (Mann-Whitney, 0.1%: of seven processes each, none of one variant lies among the other's);
// - beyond the scatter between processes (Welch's t of the logarithms; or that all processes of one
//   variant count it and none of the other's: of seven, 0.02%), at 0.1% over all counts
//   and the cores of the two variants together (Holm).
// Cores likewise: 5%, the signed ranks at 1% and the t of paired blocks.
//
// With seven processes two runs of one program are told apart in at most two of a thousand cases,
// simulated for counts that scatter by a third up to threefold, or have two modes; of counts that
// scatter by a tenth a difference of one half shows in two of three cases (cause_test.cpp).
namespace winnow::reports {

// Two variants that behave alike by every count that both have. Both need the sync pass, and counts
// that see the threads at work: without any such count nothing is said.
struct SameBehaviour {
  size_t first = 0, second = 0;  // indices of variants
  // False: the sums are near, but too few processes (older recordings have one) tell nothing of how
  // they scatter.
  bool told = false;
  std::string sentence;  // with what was compared
};

std::vector<SameBehaviour> same_behaviours(const Measured& arms);

// Is it told of the two?
bool alike_told(const std::vector<SameBehaviour>& alike, size_t first, size_t second);

}  // namespace winnow::reports
