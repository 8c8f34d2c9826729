#pragma once

#include "profiles/recording/sweep.h"
#include "profiles/sweep/plan.h"

namespace winnow::profiles {

// Runs every variant under every condition, one process at a time, in rounds: a round takes every
// condition once, and within it every variant, in an order that coins decide; each second round of
// a condition is in the opposite order. out_dir/sweep.json is replaced in one step after every
// block, so that whatever ends the harness loses at most the block that runs. An unfinished sweep
// of the same plan in out_dir is continued with the blocks that it lacks.
//
// With a budget: one round of all conditions first, then conditions one by one, the most uncertain
// first (profiles/sweep/schedule.h), as long as the next round of one fits.
//
// Throws base::UsageError for a plan that cannot be run, for an out_dir that is not empty and holds
// no sweep, or one that this plan cannot continue; base::Error when out_dir cannot be written.
Sweep run_sweep(const SweepPlan& plan);

// Throws what run_sweep() would throw of a sweep in out_dir that this plan cannot continue.
void check_out_dir(const SweepPlan& plan);

}  // namespace winnow::profiles
