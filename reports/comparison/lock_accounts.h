#pragma once

#include <string>

#include "reports/recorded/measured.h"

// Two accounts of locking that a reader holds against each other, and that do not measure the same.
//
// - Samples of the cpu pass: CPU time in calls that lock, unlock or wake, uncontended ones
// included.
// - Contended locks of the sync pass: wall time in pthread_mutex_lock from its first failed try
// until
//   the thread has the lock, blocked, spinning or ready without a core; and futex waits of programs
//   that have locks of their own. Neither an uncontended lock nor any unlock is timed.
//
// Threads that wait use no CPU, so that the second may be far above the first. The first is far
// above the second where locks are taken often and seldom waited for: that looks like a
// contradiction.
namespace winnow::reports {

// One sentence of all variants in which the samples hold more than twice the time waited, and at
// least a tenth of the CPU time; empty: of none.
std::string lock_accounts(const Measured& arms);

}  // namespace winnow::reports
