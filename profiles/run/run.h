#pragma once

#include "profiles/recording/recording.h"
#include "profiles/run/plan.h"

namespace winnow::profiles {

// Runs every pass of every arm, one child process at a time, and writes out_dir: recording.json and
// raw/<pass>/<variant>-<index>/. A child that fails leaves a block with its status, and the run
// goes on. A round of the time pass that was disturbed is repeated
// (profiles/recording/disturbance.h). What was measured can be read at every moment, and survives:
// profiles/run/folder.h tells what a run goes on with, what it replaces and what it moves aside.
// Throws base::UsageError for a plan that cannot be run, and for an out_dir that is not empty and
// holds no recording; base::Error when out_dir cannot be written: what was measured stays, where
// the error says.
Recording run(const RunPlan& plan);

// Throws what run() would throw before it starts a program: of the plan, of the files that it names
// and of what lies in out_dir. Touches nothing.
void check_runnable(const RunPlan& plan);

}  // namespace winnow::profiles
