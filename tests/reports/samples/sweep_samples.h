#pragma once

#include <functional>
#include <string>
#include <vector>

#include "profiles/recording/sweep.h"

// Sweeps with known answers.
namespace winnow::reports {

// A planted sweep: cells are added for every variant; a block's time is `seconds` of the condition,
// times log-normal noise from a fixed seed.
class PlantedSweep {
 public:
  using Seconds = std::function<double(const std::string& variant, const profiles::Condition&)>;

  PlantedSweep(std::vector<std::string> variants, int cores, double noise, int blocks,
               uint64_t seed = 1);
  void add(const profiles::Condition& condition, const Seconds& seconds);
  void add_batches(const std::string& mix, const std::vector<int>& batches, const Seconds& seconds);
  void add_threads(const std::string& mix, int batch, const std::vector<int>& threads,
                   const Seconds& seconds);

  profiles::Sweep sweep;

 private:
  double noise_;
  int blocks_;
  uint64_t state_;
  double normal();
};

profiles::Condition condition(const std::string& mix, int batch, int threads);
profiles::SweepCell& cell_of(profiles::Sweep& sweep, const std::string& variant,
                             const profiles::Condition& condition);

// Fine, coarse and packed strategies on four cores, with every part of the report and some holes.
profiles::Sweep realistic_sweep();

}  // namespace winnow::reports
