#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/blocks/compared.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

// Variants by speed, the fastest first.
struct Rank {
  size_t variant = 0;
  std::optional<double> median_s;
  bool ordered = false;  // it is proven that the variant of the row above is faster
  Pairs against_baseline{}, against_fastest{};
};
struct Ranking {
  std::vector<Rank> ranks{};
  std::vector<std::string> notes{};
};

// The timed variants by median, where there are three or more and all did the same work. The order
// and the fastest are chosen by the figures: Holm is over every two variants there.
Ranking ranking_of(const Measured& arms, const Compared& compared);

}  // namespace winnow::reports
