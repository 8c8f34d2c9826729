#pragma once

#include "reports/exports/export.h"

// Two commands measured that tell nothing of themselves.
namespace winnow::reports {

// Every pass, functions of the general rules' categories; no items, model, kernels, threads by
// design nor dispatch; an iteration is called "run".
profiles::Recording foreign_recording();

// The same commands as they are recorded that no agent was loaded into: the passes time, cpu and
// tree, five trees each; nothing tells whether their work is the same.
profiles::Recording command_recording();

// The first with call stacks and timelines, as every format takes it.
Export foreign_export(const profiles::Recording& recording);

}  // namespace winnow::reports
