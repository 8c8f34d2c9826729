#include "reports/statistics/exact_ratio.h"

#include <cstdint>
#include <limits>

#include "tests/catch.h"

using namespace winnow::reports;

TEST_CASE("counts an iteration are compared without rounding") {
  constexpr int64_t kLarge = int64_t{1} << 60, kMost = std::numeric_limits<int64_t>::max();
  struct Example {
    ExactRatio less, more;
    double difference;
  };
  const Example examples[] = {
      {{1, 3}, {1, 2}, 1.0 / 6},
      {{kLarge, 1}, {kLarge + 1, 1}, 1},
      {{kMost - 1, 1}, {kMost, 1}, 1},
      {{kLarge, 3}, {kLarge + 1, 3}, 1.0 / 3},
      {{kMost - 1, kMost}, {kMost, kMost}, 1.0 / static_cast<double>(kMost)},
      {{0, 7}, {1, kMost}, 1.0 / static_cast<double>(kMost)},
  };
  for (const auto& [less, more, apart] : examples) {
    CHECK(less < more);
    CHECK(more > less);
    CHECK(less != more);
    CHECK(less == less);
    CHECK(difference(more, less) == Approx(apart).epsilon(1e-12));
    CHECK(difference(less, more) == -difference(more, less));
  }
  CHECK(ExactRatio{kLarge, 2} == ExactRatio{2 * kLarge, 4});
  CHECK(ExactRatio{3, 4}.value() == 0.75);
}
