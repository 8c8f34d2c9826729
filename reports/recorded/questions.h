#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"

// Questions to a recording that every table asks.
namespace winnow::reports {

using profiles::Pass;
using profiles::ProfileClock;

// How the variants are called in the report: the label, or the name; never two alike.
std::vector<std::string> labels(const profiles::Recording& recording);

// The blocks of a variant that ended well and may be compared (profiles/recording/disturbance.h).
std::vector<const profiles::Block*> good_blocks(const profiles::Recording& recording,
                                                const std::string& variant, Pass pass);

// What a variant's passes measured; an empty one when there is nothing.
const profiles::VariantProfiles& profiles_of(const profiles::Recording& recording,
                                             const std::string& variant);

// Why a pass of a variant has no figures: as the recording says, or "not recorded".
std::string reason(const profiles::Recording& recording, const std::string& variant, Pass pass);

// "<label>: unavailable: <reason>"
std::string unavailable(const profiles::Recording& recording, size_t variant, Pass pass);

// Whether the variants' figures of a pass stand for the same number of iterations. If so they are
// shown as measured, else divided by the iterations.
struct Basis {
  bool per_iteration = false;
  std::vector<int> iterations;  // per variant; 0: the pass is not there
  std::string words;            // "over 100 iterations of the cpu pass"

  double divisor(size_t variant) const { return per_iteration ? iterations[variant] : 1.0; }
};
Basis basis_of(Pass pass, std::vector<int> iterations);

}  // namespace winnow::reports
