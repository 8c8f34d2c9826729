#pragma once

#include <cstddef>
#include <optional>

#include "reports/comparison/tables.h"

namespace winnow::reports {

// CPU time of the compute functions of one variant by that of another: as sampled, and as the
// ledger has it, which takes the scheduler's part from exact accounts. Sampling leans towards
// compute, for a thread that runs long is met by more ticks than many that run briefly.
struct ComputeRatio {
  double sampled = 1, ledger = 1;
  bool apart = false;  // by more than the error of the ledger's figures (95%) and by more than 3%
};

// Empty where one of the two has no figure for one of the variants, or the ledger no accounts.
std::optional<ComputeRatio> compute_ratio(const Tables& tables, size_t from, size_t to);

}  // namespace winnow::reports
