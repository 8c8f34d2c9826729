#pragma once

#include <functional>
#include <string>
#include <vector>

#include "reports/sweep/cells.h"

// The parts of a sweep's report, in the order in which it is made.
namespace winnow::reports {

SweepGrid grid_by_batch(const SweepCells& cells, const std::string& mix, int threads);
SweepGrid grid_by_threads(const SweepCells& cells, const std::string& mix, int batch);

Scaling scaling_of(const SweepCells& cells, SweepGrid grid);

// The fastest variant under one condition.
Choice choose(const SweepCells& cells, const profiles::Condition& condition);

// A ratio at each batch size, ascending: first / second.
struct BatchRatio {
  int batch = 0;
  PairedRatio ratio;
};
std::vector<Crossover> crossovers(const std::string& first, const std::string& second,
                                  const std::vector<BatchRatio>& ratios);
std::vector<Crossover> pair_crossovers(const SweepCells& cells, const SweepGrid& grid);

// Whether labels or summaries call one variant "fine" and another "coarse".
bool has_grains(const SweepCells& cells);
// Fine or coarse, from which batch size on: the fastest of the one against the fastest of the
// other. Empty where either is missing.
std::string grain_sentence(const SweepCells& cells, const SweepGrid& grid);
// The fastest by batch size, or whatever varies.
std::string fastest_sentence(const SweepWords& words, const SweepGrid& grid,
                             const std::vector<Choice>& choices);

// The part of its undisturbed throughput that a variant keeps when the kernel shares the cores
// fairly. `cores` and `threads` are positive.
double fair_share(const profiles::Condition& condition, int cores);
SharedMachine shared_machine(const SweepCells& cells);

// "1.34x [1.20x, 1.50x]", "~1.34x"
std::string ratio_words(const Estimate& ratio);

}  // namespace winnow::reports
