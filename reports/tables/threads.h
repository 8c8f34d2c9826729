#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/blocks/same_work.h"
#include "reports/figures/table.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

// Thread creations of one variant: measured, and by the arithmetic of its design.
struct Creations {
  std::string variant;
  Figure per_iteration, total;
  Figure formula_per_iteration, formula_total;
  std::string notes;
};

// One thread, or the sum over several.
struct ThreadRow {
  std::string variant, thread;
  int64_t count = 1;
  Figure wall, cpu, run_queue;
  Figure voluntary_switches, involuntary_switches;
  Figure computing, searching, waiting, signalling;
};

struct ThreadAnalysis {
  bool formulas = false;  // some variant told the threads of its design
  std::vector<std::string> creation_columns{};
  std::vector<Creations> creations{};
  std::vector<std::string> creation_notes{};  // which threads work, units
  std::string reduction;                      // "Reduction: 9,600x fewer thread creations"
  std::vector<ThreadRow> threads{};
  std::vector<std::string> thread_notes{};
  Table metrics;
  bool creations_not_run = false, threads_not_run = false;  // as Table::not_run
};

// Threads and scheduling, exact, from the sync pass; creations from the tree pass where there is no
// sync pass. The design's formula stands beside what was measured, as an estimate. Variants are
// compared only where they did the same work, as far as is known.
ThreadAnalysis thread_analysis(const Measured& arms, const SameWork& same_work);

// "9,600x fewer thread creations (measured)"; by the formulas where one of the two was not
// measured; empty where there are no formulas either.
std::string creations_compared(const Creations& from, const Creations& to, const Words& words);

}  // namespace winnow::reports
