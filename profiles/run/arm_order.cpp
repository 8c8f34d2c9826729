#include "profiles/run/arm_order.h"

#include <algorithm>
#include <numeric>

namespace winnow::profiles {

std::vector<size_t> ArmOrder::next() {
  if (rows_.empty()) draw();
  std::vector<size_t> row = std::move(rows_.back());
  rows_.pop_back();
  return row;
}

void ArmOrder::draw() {
  std::vector<size_t> names(arms_);
  std::iota(names.begin(), names.end(), size_t{0});
  std::shuffle(names.begin(), names.end(), random_);
  // The first row is 0, 1, n-1, 2, n-2, ...: the steps between neighbours are all different.
  for (size_t shift = 0; shift < arms_; ++shift) {
    std::vector<size_t>& row = rows_.emplace_back();
    for (size_t position = 0; position < arms_; ++position) {
      const size_t step = (position + 1) / 2;
      const size_t arm = position % 2 == 1 ? step : arms_ - step;
      row.push_back(names[(arm + shift) % arms_]);
    }
  }
  std::shuffle(rows_.begin(), rows_.end(), random_);
  if (arms_ % 2 == 0 || arms_ == 1) return;
  Rows mirrored = rows_;
  for (auto& row : mirrored) std::reverse(row.begin(), row.end());
  std::shuffle(mirrored.begin(), mirrored.end(), random_);
  rows_.insert(rows_.end(), mirrored.begin(), mirrored.end());
}

}  // namespace winnow::profiles
