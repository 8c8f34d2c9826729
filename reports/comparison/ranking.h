#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/blocks/compared.h"
#include "reports/comparison/standings.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

// Variants by speed, the fastest first. Those with the same places are equals: no difference
// between any two of them is proven.
struct Rank {
  size_t variant = 0;
  std::optional<double> median_s;
  Places places{};
  Pairs against_baseline{}, against_fastest{};
};
struct Ranking {
  std::vector<Rank> ranks{};
  std::vector<std::string> notes{};
};

// The timed variants by median, where there are three or more and all did the same work. The places
// and the fastest are chosen by the figures: Holm is over every two variants there.
Ranking ranking_of(const Measured& arms, const Compared& compared);

// "1 to 2", "3"
std::string rank_words(const Rank& rank);

}  // namespace winnow::reports
