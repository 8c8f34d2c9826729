#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "profiles/recording/recording.h"

// Which functions' sampled CPU time differs between two profiles by more than samples counted at
// random do: of two builds, or of two variants.
namespace winnow::reports {

struct FunctionSamples {
  double seconds = 0, count = 0;  // flat, of all iterations of the profile
  std::string category;
};

struct FunctionChange {
  std::string name;
  FunctionSamples before, after;
  // After / before, each by its units of work, and the interval at the level asked for, which holds
  // for all functions together. Half a sample more on each side keeps them finite.
  double ratio = 1, low = 1, high = 1;
  double rise_s = 0;  // seconds of an iteration: after - before

  bool rose() const { return low > 1; }
  bool fell() const { return high < 1; }
  const std::string& category() const {
    return before.category.empty() ? after.category : before.category;
  }
};

// How functions are counted.
struct FunctionCount {
  double level = 0;  // of error, of all functions together: 0.05
  // What a function counts for: a kernel that it is part of. Empty: each for itself.
  std::function<std::string(const std::string&)> name_of{};
  // Units of work of that name in both profiles, above 0. Empty: their iterations.
  std::function<std::pair<double, double>(const std::string&)> units_of{};
};

// Those with five samples or more in the two profiles together, by name; none where one of the two
// has no sample or no iteration.
std::vector<FunctionChange> function_changes(const profiles::SampledProfile& before,
                                             const profiles::SampledProfile& after,
                                             const FunctionCount& how);

}  // namespace winnow::reports
