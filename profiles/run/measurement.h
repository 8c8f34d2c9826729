#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "profiles/process/block.h"
#include "profiles/recording/journal.h"
#include "profiles/run/arm_order.h"
#include "profiles/run/budget.h"
#include "profiles/run/plan.h"
#include "profiles/run/remaining_work.h"

namespace winnow::profiles {

// Takes the passes of a plan into a folder, one child at a time, until all are taken or *plan.stop:
// fills in blocks, missing, warnings and what the programs tell of themselves, and notes each block
// in the journal of the folder. Profiles are not read yet.
class Measurement {
 public:
  // What an earlier run of the same plan measured, if the journal tells of one, is not measured
  // again; `recording` is that run's then, without its blocks.
  Measurement(const RunPlan& plan, std::string folder, Recording& recording);

  void take_passes();
  // What the programs want done at the end, when nobody reads them any more.
  void clean_up();
  void report_progress(const std::string& text) const;

  // Which program was replaced or deleted, and how, so that the figures are not of one program.
  // Empty: none was. Looks at the programs once more.
  std::string why_invalid();

 private:
  using Arms = std::vector<size_t>;  // indexes of plan.arms; the one after the last is the twin

  // By the user, or because a program was replaced.
  bool stopped() const { return (plan_.stop && plan_.stop->load()) || !why_invalid_.empty(); }
  bool planned(Pass pass) const;
  bool given_up(Pass pass, size_t arm) const;
  Arms all_arms() const;
  Arms persistent_arms() const;
  const Arm& arm_of(size_t arm) const;
  const std::string& name_of(size_t arm) const;
  ProgramWatch& watch_of(size_t arm);

  std::string why_not(Pass pass) const;  // empty: it can be taken
  bool left_out(Pass pass, size_t arm) const { return left_out_.contains({pass, arm}); }
  void leave_out(Pass pass, size_t arm, const std::string& why);
  void leave_out_the_blind(Pass pass);
  double time_limit_s(Pass pass, size_t arm) const;
  void take_pass(Pass pass);
  void take_processes(Pass pass);
  void end_pass(Pass pass);
  void time_pass();
  void take_round(const Arms& order, std::optional<int> rerun_of);
  void repeat_disturbed_rounds(int rounds);
  void sampled_pass(Pass pass, const Arms& arms, int max_rounds);
  double sampled_limit_s(Pass pass) const;
  void counted_pass(Pass pass, int processes);
  void once(Pass pass, int iterations);
  void take_hooks(const std::string& what, std::vector<std::string> Program::*hook);
  void check_commands() const;
  void warm_up();
  Block first_block(size_t arm, int iterations);
  void try_programs();
  void plan_by_first_processes();
  void begin_pass(Pass pass);
  void note_pace(size_t arm, int iterations, std::optional<double> taken_s);
  double left_s() const;
  bool fits_another_round() const;
  void plan_work();
  int blocks_in_budget(double round_s) const;
  void choose_plan(double round_s, double starts_s, double shortest_s);
  void measure_start();
  BlockPlan block_plan(Pass pass, size_t arm, int index, int iterations);
  bool run_block(Pass pass, size_t arm, int iterations, std::optional<int> rerun_of = {});
  bool take_earlier(Pass pass, size_t arm, int index);
  void take_all_earlier();
  bool was_taken(Pass pass, size_t arm) const;
  void keep(Block block, double seconds);
  int64_t samples_of_last_block() const;
  double elapsed_s() const;  // with earlier_s_: a budget is for both runs together
  void note_result(const ChildResult& result);
  void note_programs();
  void note_fewer_threads(const ChildResult& result);

  using BlockKey = std::tuple<Pass, std::string, int>;  // pass, variant, index

  const RunPlan& plan_;
  const std::string folder_;
  Recording& recording_;
  std::map<BlockKey, JournalEntry> earlier_;  // not taken over yet
  const bool goes_on_;
  double earlier_s_ = 0;  // that the blocks took which were taken over
  Journal journal_;
  int64_t next_order_ = 0;
  bool within_round_ = false;  // a round of which the earlier run took some blocks
  std::mt19937_64 random_;
  ArmOrder order_;                     // of the time pass
  std::vector<ProgramWatch> watches_;  // of plan.arms
  std::string why_invalid_;
  std::map<std::pair<Pass, size_t>, int> blocks_, failures_in_a_row_;
  // Commands that a pass cannot see, or that do not stand it: recording_.missing tells why.
  std::set<std::pair<Pass, size_t>> left_out_;
  std::map<size_t, double> run_s_;                // of a command's run in the warm-up
  std::set<std::string> leave_processes_behind_;  // variants of which a warning tells
  PassPlan passes_;                               // how many iterations a process takes
  std::optional<BudgetTask> budget_;              // of programs that follow docs/child-contract.md
  Pass pass_ = kPasses.front();                   // that is taken
  double pass_end_s_ = 0;                         // when it ends, by an estimate from the budget
  double pass_left_s_ = 0;                        // what is left of it, as the first processes told
  Pace pace_;                                     // of all processes so far
  int planned_blocks_;
  RemainingWork work_;
  std::optional<int64_t> last_samples_;  // of the last block, where a profiler of ours took them
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace winnow::profiles
