#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "profiles/process/plan.h"
#include "profiles/recording/sweep.h"

namespace winnow::profiles {

struct SweepPlan : MeasuringPlan {
  std::string name, description;
  std::string parameter{};  // Sweep::parameter
  std::vector<SweepMix> mixes;
  std::vector<Variant> variants;      // names differ and fit a file name
  std::vector<Condition> conditions;  // all different; their mixes are listed above
  // The program of a cell and its arguments; an argument "{iterations}" becomes their number.
  std::function<std::vector<std::string>(const Variant&, const Condition&)> command;
  // Where the programs need not know of the harness: how one is run in a cell. Empty: they follow
  // docs/child-contract.md.
  std::function<Program(const Variant&, const Condition&)> program{};
  // Of such programs: whether they write the same is seen in runs that are not timed.
  bool compare_outputs = true;
  // What the programs read: written into out_dir, by name. A sweep is continued only where they are
  // as they were.
  std::vector<std::pair<std::string, std::string>> files;
  int blocks = 5;                // fresh processes of each cell
  int iterations_per_block = 0;  // 0: as many as take region_s, the same in all of a condition
  double region_s = 0.3;
  std::optional<double> budget_s;   // instead of `blocks`: as many as fit
  bool resume = false;              // add to a sweep in out_dir even where that is finished
  std::optional<Model> model;       // as far as it is known before the first process
  std::string isa;                  // of the programs; empty: not known
  std::function<double()> clock_s;  // of the budget; empty: the steady clock
};

}  // namespace winnow::profiles
