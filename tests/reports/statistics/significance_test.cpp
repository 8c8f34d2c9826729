#include "reports/statistics/significance.h"

#include <cmath>

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
  // Dixon and Mood, The Statistical Sign Test, JASA 41 (1946), table 1, 1 %.
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

TEST_CASE("the smallest detectable effect") {
  // By hand from a table of t: 3.499 + 1.415, 2.947 + 1.341 and 2.744 + 1.309.
  CHECK(*detectable_effect(0.0424, 8, 0.01) ==
        Approx(std::expm1(4.914 * 0.0424 / std::sqrt(8))).epsilon(1e-3));
  CHECK(*detectable_effect(0.0424, 16, 0.01) == Approx(0.0465).epsilon(1e-2));
  CHECK(*detectable_effect(0.0424, 32, 0.01) == Approx(0.0308).epsilon(1e-2));
  CHECK(!detectable_effect(0.0424, 7, 0.01));
  CHECK(!detectable_effect(0.0424, 8, 0.01, 2));
  CHECK(*detectable_effect(0.0424, 16, 0.01, 12) > *detectable_effect(0.0424, 16, 0.01));
  CHECK(*detectable_effect(0, 8, 0.01) == Approx(0));
}

TEST_CASE("pairs that detect an effect") {
  // (2.5758 + 1.2816)^2 = 14.879; 2.5758^2 / 2 = 3.317.
  CHECK(pairs_to_detect(0.02, 0.0424, 0.01) == 72);  // 68.2 + 3.3
  CHECK(pairs_to_detect(0.05, 0.0424, 0.01) == 15);  // 11.2 + 3.3
  CHECK(pairs_to_detect(0.10, 0.001, 0.01) == 8);    // what the level needs
  CHECK(pairs_to_detect(1e-9, 1, 0.01) == 1'000'000);
}

TEST_CASE("a standard deviation and its chi-squared interval") {
  // Chi-squared of 9 degrees: 2.700 and 19.023 (NIST/SEMATECH handbook, section 1.3.6.7.4).
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const auto sigma = sigma_of(values, 0.95);
  REQUIRE(sigma.has_value());
  CHECK(sigma->sigma == Approx(3.02765).epsilon(1e-4));
  CHECK(sigma->low == Approx(std::sqrt(82.5 / 19.023)).epsilon(1e-3));
  CHECK(sigma->high == Approx(std::sqrt(82.5 / 2.700)).epsilon(1e-3));
  CHECK(!sigma_of({1}, 0.95));
}

}  // namespace winnow::reports
