#pragma once

#include <string>
#include <vector>

#include "reports/recorded/measured.h"

// Variants whose scheduling does not differ. Two runs of one program under two names differ in time
// by chance, by where things lie in memory and by what else the machine did; a difference that no
// count of the scheduler's doings shows has no cause in scheduling.
//
// Compared are, per iteration: the loops that hand out work, thread creations and joins (by design,
// so they must be equal), and what luck varies: condition waits, signals, broadcasts, contended
// locks, futex calls, the marked states, voluntary context switches. Those count as equal when they
// differ by at most
//     4 sqrt(a + b) + 0.1 max(a, b)        (a, b: counts over the region)
// Independent events would scatter like Poisson's, sqrt(a + b) for a difference, and four of these
// leave no false "differs" in dozens of rows; but wake-ups come in bursts (one late thread sends
// all others to sleep), which scatter more than that: the tenth is for them. Last, the cores used
// (CPU time / wall time of a block's region): equal when their medians lie within 5 %, or within
// what paired blocks cannot tell from 1 at 99 %: what no count shows, such as an uneven share of
// the work, shows there.
namespace winnow::reports {

// Two variants that behave alike by every count that both have. Both need the sync pass, and counts
// that see the threads at work: without any such count nothing is said.
struct SameBehaviour {
  size_t first = 0, second = 0;  // indices of variants
  std::string sentence;          // with what was compared
};

std::vector<SameBehaviour> same_behaviours(const Measured& arms);

}  // namespace winnow::reports
