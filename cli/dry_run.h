#pragma once

#include <string>
#include <vector>

#include "cli/built_revisions.h"
#include "profiles/run/plan.h"
#include "profiles/sweep/plan.h"

// --dry-run: a command line read to the point where measuring would begin.
namespace winnow::cli {

// What the plan would measure, and where it would go; gives the exit status. Throws where the run
// would refuse the folder.
int print_plan(const profiles::RunPlan& plan);
int print_plan(const profiles::SweepPlan& plan);

// In the place of commits that would be built.
std::vector<Revision> not_built(const std::vector<std::string>& revisions);

}  // namespace winnow::cli
