#pragma once

#include <string>
#include <vector>

#include "profiles/recording/words.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

// Whether the variants' figures of a pass stand for the same number of iterations. If so they are
// shown as measured, else divided by the iterations.
struct Basis {
  bool per_iteration = false;
  std::vector<int> iterations;  // per variant; 0: the pass is not there
  std::string words;            // "over 100 iterations of the cpu pass"

  double divisor(size_t variant) const { return per_iteration ? iterations[variant] : 1.0; }
};
Basis basis_of(profiles::Pass pass, std::vector<int> iterations, const Words& words);

}  // namespace winnow::reports
