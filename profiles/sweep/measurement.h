#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "profiles/process/child_result.h"
#include "profiles/process/program_watch.h"
#include "profiles/sweep/folder.h"
#include "profiles/sweep/schedule.h"

namespace winnow::profiles {

// Takes the blocks that a sweep lacks by its plan, one process at a time, until all are taken, the
// budget is used up, or *plan.stop; writes the sweep after every one.
class SweepMeasurement {
 public:
  SweepMeasurement(const SweepPlan& plan, const SweepFolder& folder, Sweep& sweep);

  void take();
  void clean_up();  // behind take()

  // Which program was replaced meanwhile, which ended the measuring; empty: none.
  const std::string& change() const { return change_; }

 private:
  enum class Round { kTaken, kNoTime, kNothingToDo };

  bool stopped() const { return !change_.empty() || (plan_.stop && plan_.stop->load()); }
  double elapsed_s() const;
  void take_planned_rounds(int rounds);
  void spend_budget();
  Round take_round(size_t group, int round);
  bool fits(const CellGroup& group, int round) const;
  double left_s() const;
  double round_s(const CellGroup& group, int round) const;
  std::optional<size_t> without_interval() const;
  std::optional<size_t> most_uncertain() const;
  void warn_of_few_rounds();

  int iterations_of(const CellGroup& group, int round);
  int calibrated(const CellGroup& group, int round);
  void run_block(size_t cell, int round, int iterations);
  void take_hooks(const std::string& what, std::vector<std::string> Program::*hook,
                  const std::atomic<bool>* stop);
  const Variant& variant_of(const SweepCell& cell) const;
  void warm_up(size_t cell, int round);
  std::string output_hash(size_t cell, int round);
  void note_program(const ProgramWatch& watch, const std::string& variant);
  ChildResult measure(size_t cell, int round, int iterations, bool hash_output = false);
  void add(SweepCell& cell, const ChildResult& result);
  void report_progress(const std::string& text) const;
  int missing_blocks(int rounds) const;
  std::optional<double> estimated_s(int rounds) const;

  const SweepPlan& plan_;
  const SweepFolder& folder_;
  Sweep& sweep_;
  std::vector<CellGroup> groups_;           // that can be had here
  std::map<size_t, double> seconds_;        // of a cell's latest block, by the cell
  std::map<size_t, int> iterations_;        // by the first cell of a group
  std::set<size_t> warm_;                   // cells
  std::map<size_t, ProgramWatch> watches_;  // by the cell
  std::string change_;
  int64_t next_order_ = 0;
  int done_ = 0, total_ = 0;  // of all blocks; with a budget 0: nobody knows
  double measured_s_ = 0;     // by the blocks that are done
  double start_s_ = 0;
};

}  // namespace winnow::profiles
