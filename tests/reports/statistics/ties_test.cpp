#include "reports/statistics/ties.h"

#include <cmath>
#include <cstdint>
#include <random>

#include "reports/blocks/pairs.h"
#include "reports/statistics/paired_ratio.h"
#include "reports/statistics/unpaired_ratio.h"
#include "tests/catch.h"

namespace winnow::reports {

namespace {

// Times by a clock of milliseconds.
struct TickedPairs {
  std::vector<int64_t> first, second;

  std::vector<double> in(double unit, const std::vector<int64_t>& ticks) const {
    std::vector<double> values;
    for (const int64_t tick : ticks) values.push_back(static_cast<double>(tick) * unit);
    return values;
  }
  PairedRatio ratio(double unit) const { return paired_ratio(in(unit, first), in(unit, second)); }
};

struct Fraction {
  int64_t above, below;  // of one or more
};

// The ratio of a pair, or its inverse, whichever is one or more.
Fraction ratio_size(int64_t first, int64_t second) {
  return {std::max(first, second), std::min(first, second)};
}

// < 0, 0 or > 0, without rounding.
int64_t order_of(const Fraction& a, const Fraction& b) {
  return a.above * b.below - b.above * a.below;
}

// The signed-rank test by its definition: all signs of the ranks, which whole numbers decide.
double p_by_whole_numbers(const TickedPairs& pairs) {
  std::vector<Fraction> sizes;
  std::vector<bool> positive;
  for (size_t i = 0; i < pairs.first.size(); ++i) {
    if (pairs.first[i] == pairs.second[i]) continue;
    sizes.push_back(ratio_size(pairs.first[i], pairs.second[i]));
    positive.push_back(pairs.first[i] > pairs.second[i]);
  }
  std::vector<int> ranks;  // doubled
  for (const Fraction& size : sizes) {
    int rank = 1;
    for (const Fraction& other : sizes)
      rank += order_of(other, size) < 0 ? 2 : order_of(other, size) == 0 ? 1 : 0;
    ranks.push_back(rank);
  }
  const auto sum_of = [&](auto has) {
    int sum = 0;
    for (size_t i = 0; i < ranks.size(); ++i)
      if (has(i)) sum += ranks[i];
    return sum;
  };
  const int whole = sum_of([](size_t) { return true; });
  const int up = sum_of([&](size_t i) { return positive[i]; });
  const int smaller = std::min(up, whole - up);
  int as_small = 0;
  for (unsigned signs = 0; signs < 1U << ranks.size(); ++signs)
    as_small += sum_of([&](size_t i) { return (signs >> i & 1U) != 0; }) <= smaller ? 1 : 0;
  return std::min(1.0, 2.0 * as_small / static_cast<double>(1U << ranks.size()));
}

}  // namespace

TEST_CASE("0.4 / 0.36 and 0.5 / 0.45 are the same ratio") {
  CHECK(std::log(0.4) - std::log(0.36) != std::log(0.5) - std::log(0.45));  // by binary fractions
  CHECK(tied(0.4 / 0.36, 0.5 / 0.45));
  CHECK(tied(0, 0));
  CHECK_FALSE(tied(1, 1 + 3e-9));
  CHECK_FALSE(tied(0, 1e-30));
  // The two smallest differences are tied and point to different sides: each has the rank 1.5, and
  // of 1024 signs 3 give as little: none, or one of the two.
  const std::vector<double> first{0.4, 0.45, 0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.3, 1.5},
      second{0.36, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
  CHECK(paired_ratio(first, second).p == 6.0 / 1024);
  CHECK(paired_ratio(second, first).p == 6.0 / 1024);
  // Of two pairs that cancel out, the averages of every two are one at the ends of the interval.
  const PairedRatio even =
      paired_ratio(std::vector<double>{0.4, 0.45}, std::vector<double>{0.36, 0.5});
  CHECK(*even.ratio == 1);
  CHECK(even.p == 1);
}

TEST_CASE("tied logarithms take one size, and keep their signs") {
  const auto settled = with_ties({0.5, -0.5 - 1e-12, 1e-10, -1e-10, 0.5 + 4e-9, 0.5 + 1e-13});
  CHECK(settled == std::vector<double>{0.5, -0.5, 0, 0, 0.5 + 4e-9, 0.5});
  CHECK(with_ties({}).empty());
}

TEST_CASE("clocks of milliseconds: ranks are those of the fractions, in every unit") {
  std::mt19937_64 random(20261129);
  const auto tick = [&](int64_t from, int64_t to) {
    return std::uniform_int_distribution<int64_t>(from, to)(random);
  };
  int tied_rounds = 0;
  for (int round = 0; round < 600; ++round) {
    TickedPairs pairs;
    const int64_t slower = tick(0, 3);
    for (int i = 0; i < 10; ++i) {
      pairs.second.push_back(tick(36, 50));
      pairs.first.push_back(pairs.second.back() + slower + tick(-3, 3));
    }
    for (size_t i = 0; i < 10; ++i)
      for (size_t j = 0; j < i; ++j)
        if (pairs.first[i] != pairs.second[i] && pairs.first[i] != pairs.first[j] &&
            order_of(ratio_size(pairs.first[i], pairs.second[i]),
                     ratio_size(pairs.first[j], pairs.second[j])) == 0) {
          ++tied_rounds;
          i = 10;
          break;
        }
    const double p = p_by_whole_numbers(pairs);
    const PairedRatio whole = pairs.ratio(1);
    for (const double unit : {1e-3, 1.0, 1e6, 1.0 / 3}) {
      const PairedRatio ratio = pairs.ratio(unit);
      INFO("round " << round << ", unit " << unit);
      CHECK(ratio.p == Approx(p).margin(1e-14));
      CHECK(ratio.above_one() == whole.above_one());
      CHECK(ratio.below_one() == whole.below_one());
      CHECK(mann_whitney_p(pairs.in(unit, pairs.first), pairs.in(unit, pairs.second)) ==
            mann_whitney_p(pairs.in(1, pairs.first), pairs.in(1, pairs.second)));
      const UnpairedRatio loose =
          unpaired_ratio(pairs.in(unit, pairs.first), pairs.in(unit, pairs.second));
      const UnpairedRatio loose_whole =
          unpaired_ratio(pairs.in(1, pairs.first), pairs.in(1, pairs.second));
      CHECK((*loose.low > 1) == (*loose_whole.low > 1));
      CHECK((*loose.high < 1) == (*loose_whole.high < 1));
    }
  }
  CHECK(tied_rounds > 50);  // with ties between unequal times
}

TEST_CASE("blocks of equal times by different arithmetic are ties, no faster or slower ones") {
  profiles::Recording recording;
  recording.variants = {{"a", "", "", "", "", false, {}, {}}, {"b", "", "", "", "", false, {}, {}}};
  const auto add = [&](const char* variant, int index, std::vector<int64_t> wall_ns) {
    profiles::Block block;
    block.pass = profiles::Pass::time;
    block.variant = variant;
    block.index = index;
    block.iteration_wall_ns = std::move(wall_ns);
    recording.blocks.push_back(std::move(block));
  };
  // 100 ms and 200 ms have the median 150 ms; in binary fractions of a second they have not.
  for (int index = 0; index < 9; ++index) {
    add("a", index, {100'000'000, 200'000'000});
    add("b", index, {150'000'000});
  }
  const Measured arms(recording);
  const Pairs pairs = compare_all(arms, {{&arms[0], &arms[1]}}, Measure::kWall).front();
  CHECK(pairs.ties == 9);
  CHECK(pairs.p == 1);
  CHECK_FALSE(pairs.decided());
  CHECK_FALSE(pairs.skewed());
}

}  // namespace winnow::reports
