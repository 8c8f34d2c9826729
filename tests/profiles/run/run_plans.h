#pragma once

#include <string>
#include <vector>

#include "profiles/run/run.h"
#include "tests/scratch.h"
#include "tests/text.h"

// Plans of runs of the small workload program, and looks at their recordings.
namespace winnow::profiles {

inline Arm arm(const std::string& mode, const std::string& name = "") {
  Arm made;
  made.variant.name = name.empty() ? mode : name;
  made.variant.persistent_threads = mode == "pool";
  made.command = {WORKLOAD_PROGRAM, mode, "{iterations}"};
  return made;
}

inline RunPlan plan_of(const Scratch& scratch, std::vector<Arm> arms, std::vector<Pass> passes) {
  RunPlan plan;
  plan.baseline = arms.at(0).variant.name;
  plan.arms = std::move(arms);
  plan.passes = std::move(passes);
  plan.workload.scenario = "test";
  plan.workload.threads = 2;
  plan.workload.items_per_iteration = 5;
  plan.workload.parts = "tokens";
  plan.blocks = 2;
  plan.iterations_per_block = 3;
  plan.time_limit_s = 60;
  plan.out_dir = scratch / "out";
  plan.agent_library = AGENT_LIBRARY;
  plan.machine_root = scratch / "no-machine";  // neighbours of the test do not count
  return plan;
}

inline std::vector<const Block*> blocks_of(const Recording& recording, Pass pass) {
  std::vector<const Block*> blocks;
  for (const Block& block : recording.blocks) {
    if (block.pass == pass) blocks.push_back(&block);
  }
  return blocks;
}

inline std::string order_of(const Recording& recording, Pass pass = Pass::time) {
  std::string order;
  for (const Block* block : blocks_of(recording, pass)) order += block->variant;
  return order;
}

}  // namespace winnow::profiles
