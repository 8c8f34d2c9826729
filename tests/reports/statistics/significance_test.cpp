#include "reports/statistics/significance.h"

#include "reports/statistics/paired_ratio.h"
#include "tests/catch.h"

// Against published tables.
namespace winnow::reports {

TEST_CASE("sign test: exact two-sided probabilities") {
  CHECK(sign_test(0, 0) == Approx(1));
  CHECK(sign_test(5, 0) == Approx(0.0625));
  CHECK(sign_test(6, 0) == Approx(0.03125));
  CHECK(sign_test(0, 10) == Approx(2.0 / 1024));
  CHECK(sign_test(9, 1) == Approx(22.0 / 1024));
  CHECK(sign_test(4, 4) == Approx(1));
}

TEST_CASE("sign test: its interval leaves out the critical value's number of pairs on each side") {
  // Dixon and Mood, The Statistical Sign Test, JASA 41 (1946), table 1, 1%.
  const std::pair<int, int> table[] = {{8, 0},  {11, 0}, {12, 1}, {14, 1}, {15, 2}, {17, 2},
                                       {18, 3}, {20, 3}, {21, 4}, {23, 4}, {24, 5}, {25, 5}};
  for (const auto& [n, critical] : table) {
    std::vector<double> values;
    for (int i = 0; i < n; ++i) values.push_back(i);
    INFO(n << " pairs");
    const MedianInterval interval = median_interval(values, 0.99);
    REQUIRE(interval.low.has_value());
    CHECK(*interval.low == Approx(critical));
    CHECK(*interval.high == Approx(n - 1 - critical));
  }
  CHECK(!median_interval(std::vector<double>(7, 1.0), 0.99).low);
}

TEST_CASE("Holm: the worked example of Wikipedia's article on the method, and its edges") {
  const auto adjusted = holm({0.01, 0.04, 0.03, 0.005});
  REQUIRE(adjusted.size() == 4);
  CHECK(adjusted[0] == Approx(0.03));
  CHECK(adjusted[1] == Approx(0.06));
  CHECK(adjusted[2] == Approx(0.06));
  CHECK(adjusted[3] == Approx(0.02));
  CHECK(holm({}).empty());
  CHECK(holm({0.2}).front() == Approx(0.2));
  CHECK(holm({0.9, 0.8})[0] == Approx(1));
}

TEST_CASE("pairs needed for a level over many comparisons") {
  CHECK(pairs_needed(0.05, 1) == 6);
  CHECK(pairs_needed(0.01, 1) == 8);
  CHECK(pairs_needed(0.01, 2) == 9);
  CHECK(pairs_needed(0.01, 12) == 12);
  CHECK(pairs_needed(0.01, 78) == 14);
  CHECK(pairs_needed(0.01, 0) == 8);
  for (const int comparisons : {1, 3, 12, 78}) {
    const int needed = pairs_needed(kLevel, comparisons);
    CHECK(sign_test(needed, 0) <= kLevel / comparisons);
    CHECK(sign_test(needed - 1, 0) > kLevel / comparisons);
  }
}

}  // namespace winnow::reports
