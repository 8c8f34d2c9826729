#pragma once

#include <map>
#include <string>
#include <vector>

#include "profiles/process/child_result.h"
#include "profiles/sweep/folder.h"
#include "profiles/sweep/schedule.h"

namespace winnow::profiles {

// Takes the blocks that a sweep lacks by its plan, one process at a time, until all are taken, the
// budget is used up, or *plan.stop; writes the sweep after every one.
class SweepMeasurement {
 public:
  SweepMeasurement(const SweepPlan& plan, const SweepFolder& folder, Sweep& sweep);

  void take();

 private:
  enum class Round { kTaken, kNoTime, kNothingToDo };

  bool stopped() const { return plan_.stop && plan_.stop->load(); }
  double elapsed_s() const;
  void take_planned_rounds(int rounds);
  void spend_budget();
  Round take_round(size_t group, int round);
  bool fits(const CellGroup& group, int round) const;

  int iterations_of(const CellGroup& group, int round);
  int calibrated(const CellGroup& group, int round);
  void run_block(size_t cell, int round, int iterations);
  ChildResult measure(const SweepCell& cell, int round, int iterations);
  void add(SweepCell& cell, const ChildResult& result);
  void report_progress(const std::string& text) const;
  int missing_blocks(int rounds) const;

  const SweepPlan& plan_;
  const SweepFolder& folder_;
  Sweep& sweep_;
  std::vector<CellGroup> groups_;     // that can be had here
  std::map<size_t, double> seconds_;  // of a cell's latest block, by the cell
  std::map<size_t, int> iterations_;  // by the first cell of a group
  int64_t next_order_ = 0;
  int done_ = 0, total_ = 0;
  double measured_s_ = 0;  // by the blocks that are done
  double start_s_ = 0;
};

}  // namespace winnow::profiles
