#pragma once

#include <cstdint>
#include <vector>

#include "profiles/process/plan.h"

// How the passes of programs that follow docs/child-contract.md fit into a time: there are as many
// processes as without, and the iterations of each are chosen. Pure arithmetic over what the first
// process of each arm took.
namespace winnow::profiles {

// What a process of an arm takes, by its first one.
struct ProcessCost {
  double start_s = 0;  // all but its iterations: the process, loading, warm-up, reading its result
  double iteration_s = 0;
  double iteration_cpu_s = 0;  // 0: not told
  bool persistent = false;     // it has a wall profile
};

struct BudgetTask {
  std::vector<ProcessCost> arms;  // the baseline first
  bool twin = false;              // of the baseline, in the time pass
  std::vector<Pass> passes;
  int blocks = 1;  // of each arm in the time pass
  int sync_processes = 1;
  double time_limit_s = 300;  // of a process
  int64_t samples = 1000;     // that a sampled pass wants of each arm
  double samples_per_cpu_s = 100;
};

// What the passes take.
struct PassPlan {
  int block = 1;                        // iterations of a process of the time pass
  int sampled = 1;                      // under a sampling profiler
  int heap = 1;                         // under the heap profiler, and counted again
  int cpu_rounds = 1, wall_rounds = 1;  // of all arms, or of those that have such a profile
};

// How many of a block's iterations each process of a pass takes that shares them out.
int shared_out(int iterations, int processes);

// What a process takes, by an estimate.
double process_s(const ProcessCost& cost, int iterations);

// How processes keep to what was told of them: a machine may have become slower, or a profiler cost
// much.
class Pace {
 public:
  void note(double told_s, double taken_s) {
    told_s_ += told_s;
    taken_s_ += taken_s;
  }
  double factor() const { return told_s_ > 0 ? taken_s_ / told_s_ : 1; }  // 2: twice as long

 private:
  double told_s_ = 0, taken_s_ = 0;  // of all so far
};

// Seconds of a round of the time pass, by an estimate.
double round_s(const BudgetTask& task, int iterations);
// Of a pass, likewise: the time pass without repeated rounds, the heap pass with the exact one. 0:
// it is not planned.
double estimate_s(const BudgetTask& task, Pass pass, const PassPlan& plan);
// Of all passes behind this one.
double estimate_behind_s(const BudgetTask& task, Pass pass, const PassPlan& plan);
// Of all.
double estimate_s(const BudgetTask& task, const PassPlan& plan);

// As many iterations of a block as fit into so many seconds beside the repetition of some rounds
// and a part for the sampled passes, which take what that leaves. Nothing of the plan is below 1,
// however long that takes: PassPlan{} is the least. More seconds never bring fewer iterations of a
// block.
PassPlan fit_into(double seconds, const BudgetTask& task);

}  // namespace winnow::profiles
