#include <algorithm>
#include <cmath>
#include <random>

#include "reports/statistics/median.h"
#include "reports/statistics/paired_ratio.h"
#include "reports/statistics/unpaired_ratio.h"
#include "reports/statistics/usl.h"
#include "tests/catch.h"

namespace winnow::reports {

// Wilcoxon's table, as in Hollander, Wolfe and Chicken, or any book of tables.
TEST_CASE("signed-rank critical values are the published ones") {
  const std::vector<std::pair<int, int>> at_5_percent{
      {6, 0},   {7, 2},   {8, 3},   {9, 5},   {10, 8},  {11, 10}, {12, 13},
      {13, 17}, {14, 21}, {15, 25}, {20, 52}, {25, 89}, {30, 137}};
  for (const auto& [n, critical] : at_5_percent) {
    INFO("n = " << n);
    CHECK(signed_rank_critical(n, 0.025) == critical);
  }
  const std::vector<std::pair<int, int>> at_1_percent{{8, 0},   {9, 1},   {10, 3},  {12, 7},
                                                      {20, 37}, {25, 68}, {30, 109}};
  for (const auto& [n, critical] : at_1_percent) {
    INFO("n = " << n);
    CHECK(signed_rank_critical(n, 0.005) == critical);
  }
  for (int n : {-1, 0, 1, 5}) CHECK_FALSE(signed_rank_critical(n, 0.025));
}

TEST_CASE("the normal distribution takes over without a step") {
  const double exact = *signed_rank_critical(100, 0.025);
  CHECK(std::abs(*signed_rank_critical(101, 0.025) - exact) < 70);  // one more rank adds about 42
  CHECK(*signed_rank_critical(101, 0.025) > exact);
  CHECK(*mann_whitney_critical(41, 40, 0.025) > *mann_whitney_critical(40, 40, 0.025));
  CHECK(*mann_whitney_critical(41, 40, 0.025) < *mann_whitney_critical(40, 40, 0.025) + 40);
}

// The ranks 1 to `n`, every `nth` of which points down.
static double normal_signed_rank_p(int n, int nth) {
  std::vector<double> first, second(static_cast<size_t>(n), 1.0);
  for (int rank = 1; rank <= n; ++rank)
    first.push_back(std::exp((rank % nth == 0 ? -1e-3 : 1e-3) * rank));
  return paired_ratio(first, second).p;
}

// Of 101 and 150 ranks the exact p are 0.0022834 and 0.944820.
TEST_CASE("beyond 100 pairs p is that of scipy's wilcoxon(correction=True, method='approx')") {
  CHECK(normal_signed_rank_p(101, 3) == Approx(0.0025129980538306654).epsilon(1e-9));
  CHECK(normal_signed_rank_p(150, 2) == Approx(0.9446546245277535).epsilon(1e-9));
}

TEST_CASE("Mann-Whitney critical values are the published ones") {
  CHECK_FALSE(mann_whitney_critical(3, 3, 0.025));
  CHECK(mann_whitney_critical(4, 4, 0.025) == 0);
  CHECK(mann_whitney_critical(5, 5, 0.025) == 2);
  CHECK(mann_whitney_critical(6, 6, 0.025) == 5);
  CHECK(mann_whitney_critical(5, 8, 0.025) == 6);
  CHECK(mann_whitney_critical(8, 8, 0.025) == 13);
  CHECK(mann_whitney_critical(10, 10, 0.025) == 23);
  CHECK(mann_whitney_critical(20, 20, 0.025) == 127);
}

TEST_CASE("what leaves out as many values on either side is found without sorting all") {
  std::mt19937 random(5);
  for (int count = 1; count <= 40; ++count) {
    std::vector<double> values;
    for (int i = 0; i < count; ++i) values.push_back(static_cast<double>(random() % 30));  // ties
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const size_t n = sorted.size();
    CHECK(median(values) == (sorted[(n - 1) / 2] + sorted[n / 2]) / 2);
    for (size_t left = 0; 2 * left < n; ++left) {
      const auto found = leaving_out(left, values);
      CHECK(found.low == sorted[left]);
      CHECK(found.high == sorted[n - 1 - left]);
    }
  }
}

TEST_CASE("the Hodges-Lehmann ratio is the median of the pairs' averages") {
  const PairedRatio three = paired_ratio(std::vector{1.0, 6.0, 20.0}, std::vector{1.0, 3.0, 5.0});
  CHECK(three.pairs == 3);
  CHECK(*three.ratio == Approx(2));  // log2: 0, 1, 2; averages 0, 0.5, 1, 1, 1.5, 2
  CHECK_FALSE(three.low);
  CHECK(three.p == Approx(0.5));  // one zero left out; 2 of 4 signs

  const std::vector<double> ones(6, 1.0), first{1.1, 1.2, 1.3, 1.4, 1.5, 1.6};
  const PairedRatio six = paired_ratio(first, ones);
  CHECK(*six.low == Approx(1.1));
  CHECK(*six.high == Approx(1.6));
  CHECK(six.p == Approx(2.0 / 64));
  CHECK(six.above_one());
  CHECK(paired_ratio(ones, first).below_one());
  CHECK(*paired_ratio(ones, first).ratio == Approx(1 / *six.ratio));
}

TEST_CASE("pairs without two positive figures are left out") {
  const PairedRatio ratio = paired_ratio(std::vector<double>{0, 2, -1, INFINITY, NAN, 4, 9},
                                         std::vector<double>{1, 1, 1, 1, 1, 0});
  CHECK(ratio.pairs == 1);
  CHECK(*ratio.ratio == Approx(2));
  CHECK_FALSE(paired_ratio({}, {}).ratio);
  CHECK(paired_ratio(std::vector(8, 3.0), std::vector(8, 3.0)).p == 1);
  CHECK_FALSE(paired_ratio(std::vector(8, 3.0), std::vector(8, 3.0)).decided());
  CHECK_FALSE(unpaired_ratio(std::vector{0.0}, std::vector{1.0}).ratio);
}

TEST_CASE("many pairs take bounded work") {
  const std::vector<double> first(50000, 2.0), second(50000, 1.0);
  const auto paired = paired_ratio(first, second);
  CHECK(paired.pairs == static_cast<int>(kMostPairs));
  CHECK(*paired.low == Approx(2));
  CHECK(*unpaired_ratio(first, second).high == Approx(2));
}

TEST_CASE("the interval of a median leaves out values by the binomial distribution") {
  CHECK_FALSE(median_interval({1, 2, 3, 4, 5}).low);
  CHECK(*median_interval({6, 5, 4, 3, 2, 1}).low == 1);
  CHECK(*median_interval({6, 5, 4, 3, 2, 1}).high == 6);
  CHECK(median_interval({6, 5, 4, 3, 2, 1}).median == 3.5);
  const MedianInterval ten = median_interval({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  CHECK(*ten.low == 2);  // P(X <= 1) = 11/1024, P(X <= 2) = 56/1024
  CHECK(*ten.high == 9);
}

TEST_CASE("intervals cover the truth as often as they say, and find nothing in noise") {
  constexpr int kTrials = 2000;
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise(0, 0.05);
  const auto sample = [&](double center, int n) {
    std::vector<double> values;
    for (int i = 0; i < n; ++i) values.push_back(center * std::exp(noise(random)));
    return values;
  };
  int paired = 0, unpaired = 0, alarms = 0, p_alarms = 0, medians = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const auto ratio = paired_ratio(sample(1.1, 8), sample(1.0, 8));
    paired += *ratio.low <= 1.1 && *ratio.high >= 1.1;
    const auto loose = unpaired_ratio(sample(1.1, 8), sample(1.0, 6));
    unpaired += *loose.low <= 1.1 && *loose.high >= 1.1;
    const auto equal = paired_ratio(sample(1, 10), sample(1, 10));
    alarms += equal.decided();
    p_alarms += equal.p <= 0.05;
    const auto middle = median_interval(sample(1, 8));
    medians += *middle.low <= 1 && *middle.high >= 1;
  }
  // Four standard deviations of the simulation are two points; the exact levels are 96.1%, 95.7%,
  // 4.9% and 99.2%.
  CHECK(paired / double{kTrials} == Approx(0.961).margin(0.02));
  CHECK(unpaired / double{kTrials} == Approx(0.957).margin(0.02));
  CHECK(alarms / double{kTrials} == Approx(0.049).margin(0.02));
  CHECK(alarms == p_alarms);
  CHECK(medians / double{kTrials} == Approx(0.992).margin(0.01));
}

TEST_CASE("the scalability law's coefficients are recovered from clean speedups") {
  for (const auto& [sigma, kappa] : {std::pair{0.05, 0.01}, {0.3, 0.0}, {0.0, 0.02}, {0.0, 0.0}}) {
    std::vector<std::pair<double, double>> speedups;
    for (double n : {1.0, 2.0, 4.0, 8.0}) speedups.emplace_back(n, usl_speedup(sigma, kappa, n));
    const UslCoefficients fit = fit_coefficients(speedups);
    CHECK(fit.sigma == Approx(sigma).margin(1e-9));
    CHECK(fit.kappa == Approx(kappa).margin(1e-9));
  }
}

TEST_CASE("coefficients are never negative") {
  const UslCoefficients better_than_linear = fit_coefficients({{1, 1}, {2, 2.2}, {4, 5}});
  CHECK(better_than_linear.sigma == 0);
  CHECK(better_than_linear.kappa == 0);
  // Slower on two threads, catching up on four: the free solution has a negative kappa.
  const UslCoefficients late = fit_coefficients({{1, 1}, {2, 1.0}, {4, 2.9}});
  CHECK(late.sigma > 0);
  CHECK(late.kappa == 0);
  CHECK(fit_coefficients({}).sigma == 0);
  CHECK(fit_coefficients({{1, 1}}).kappa == 0);
}

}  // namespace winnow::reports
