#pragma once

#include <string>

#include "profiles/process/child_result.h"
#include "profiles/run/run.h"

namespace winnow::profiles {

struct BlockPlan {
  std::string pass;  // of kPasses, or "exact"
  const Arm* arm = nullptr;
  int iterations = 0;
  int index = 0;                   // within pass and arm
  int padding_bytes = 0;           // of the environment
  std::string control_group_file;  // cgroup.procs; empty: none
  std::string twin;                // the block's name, where the arm runs as the A/A arm
};

// Runs one child in <folder>/raw/<pass>/<variant>-<index>/ and reads what it wrote. Where that
// fails, for the child's or the machine's reasons, the block's status tells. block.order is left
// for the caller.
ChildResult measure_block(const RunPlan& plan, const std::string& folder, const BlockPlan& planned);

}  // namespace winnow::profiles
