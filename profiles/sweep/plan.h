#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "profiles/process/plan.h"
#include "profiles/recording/sweep.h"

namespace winnow::profiles {

struct SweepPlan {
  std::string name, description;
  std::vector<SweepMix> mixes;
  std::vector<Variant> variants;      // names differ and fit a file name
  std::vector<Condition> conditions;  // all different; their mixes are listed above
  // The program of a cell and its arguments; an argument "{iterations}" becomes their number.
  std::function<std::vector<std::string>(const Variant&, const Condition&)> command;
  // What the programs read: written into out_dir, by name. A sweep is continued only where they are
  // as they were.
  std::vector<std::pair<std::string, std::string>> files;
  int blocks = 5;                // fresh processes of each cell
  int iterations_per_block = 0;  // 0: as many as take region_s, the same in all of a condition
  double region_s = 0.3;
  double time_limit_s = 300;       // of a process
  std::optional<double> budget_s;  // instead of `blocks`: as many as fit
  std::string out_dir;
  bool resume = false;         // add to a sweep in out_dir even where that is finished
  bool force = false;          // begin anew, whatever sweep is in out_dir
  uint64_t seed = 0;           // of the order within each round and of the environment's padding
  std::optional<Model> model;  // as far as it is known before the first process
  std::string isa;             // of the programs; empty: not known
  std::string winnow_version;
  std::string commit;                             // of the measured program; may be empty
  std::function<void(const Progress&)> progress;  // may be empty
  std::function<Roofline()> roofline;             // as in RunPlan; may be empty
  std::function<double()> clock_s;                // of the budget; empty: the steady clock
  const std::atomic<bool>* stop = nullptr;        // becomes true: end soon, keep what there is
};

}  // namespace winnow::profiles
