#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/recorded/basis.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

// One profile kind of all variants.
template <class Profile>
struct SideBySide {
  std::vector<const Profile*> profiles;  // per variant; null: not there
  Basis basis;
  std::vector<std::string> labels;
  std::vector<std::string> unavailable;
  Words words;

  bool any() const { return unavailable.size() < profiles.size(); }
};

template <class Profile>
SideBySide<Profile> side_by_side(const Measured& arms, Pass pass,
                                 const std::optional<Profile>& (MeasuredArm::*kind)() const) {
  SideBySide<Profile> result;
  result.labels = arms.labels();
  result.words = arms.words();
  std::vector<int> iterations;
  for (const MeasuredArm& variant : arms.variants()) {
    const std::optional<Profile>& profile = (variant.*kind)();
    result.profiles.push_back(profile ? &*profile : nullptr);
    iterations.push_back(profile ? profile->iterations : 0);
    if (!profile) result.unavailable.push_back(variant.unavailable(pass));
  }
  result.basis = basis_of(pass, std::move(iterations), result.words);
  return result;
}

}  // namespace winnow::reports
