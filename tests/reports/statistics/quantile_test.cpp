#include <cmath>
#include <random>

#include "reports/statistics/quantile_interval.h"
#include "tests/catch.h"

namespace winnow::reports {

namespace {

// Processes of one value each, 1, 2, 3 ...: nothing but chance scatters between them.
std::vector<std::vector<double>> counted(int n) {
  std::vector<std::vector<double>> processes;
  for (int i = 1; i <= n; ++i) processes.push_back({static_cast<double>(i)});
  return processes;
}

// Shares a process's own level `between` and scatters by 1 around it.
std::vector<std::vector<double>> drawn(std::mt19937& random, int processes, int size,
                                       double between) {
  std::normal_distribution<double> normal;
  std::vector<std::vector<double>> result;
  for (int i = 0; i < processes; ++i) {
    const double level = between * normal(random);
    auto& values = result.emplace_back();
    for (int j = 0; j < size; ++j) values.push_back(level + normal(random));
  }
  return result;
}

}  // namespace

TEST_CASE("intervals of percentiles have the ranks of the binomial distribution, or wider ones") {
  // Wider by Student's t, because the scatter between processes has to be estimated.
  const auto median = quantile_of(counted(200), 0.5, 0.95);
  REQUIRE(median.interval);
  CHECK(median.value == 100);
  CHECK(median.interval->low <= 86);  // of 200: the 86th and the 115th
  CHECK(median.interval->low >= 85);
  CHECK(median.interval->high >= 115);
  CHECK(median.interval->high <= 116);
  const auto outer = quantile_of(counted(1000), 0.9, 0.95);
  REQUIRE(outer.interval);
  CHECK(outer.value == 900);
  // Of 1,000: the 881st and the 919th.
  CHECK(outer.interval->low == Approx(881).margin(1));
  CHECK(outer.interval->high == Approx(919).margin(1));
}

TEST_CASE("an interval takes as many values as its outer rank") {
  CHECK(values_for_interval(0.5, 0.95) == 6);
  CHECK(values_for_interval(0.9, 0.95) == 36);
  CHECK(values_for_interval(0.99, 0.95) == 368);
  CHECK_FALSE(quantile_of(counted(5), 0.5, 0.95).interval);
  CHECK_FALSE(quantile_of(counted(30), 0.9, 0.95).interval);
  CHECK_FALSE(quantile_of(counted(300), 0.99, 0.95).interval);
  CHECK_FALSE(quantile_of({{1, 2, 3, 4, 5, 6, 7, 8, 9}}, 0.5, 0.95).interval);
  CHECK(quantile_of({{1, 2, 3}}, 0.5, 0.95).value == 2);
}

TEST_CASE("values that are alike within a process count as few") {
  std::vector<std::vector<double>> processes;
  for (int i = 1; i <= 20; ++i) processes.emplace_back(50, i);
  const Quantile found = quantile_of(processes, 0.5, 0.95);
  CHECK(found.independent <= 20);
  REQUIRE(found.interval);
  CHECK(found.interval->low <= 6);  // of 20: the 6th and the 15th
  CHECK(found.interval->high >= 15);
  CHECK_FALSE(quantile_of(processes, 0.9, 0.95).interval);
}

TEST_CASE("the intervals cover the true percentile, though values of a process are alike") {
  std::mt19937 random(7);
  for (const double between : {0.0, 0.5, 1.0}) {
    for (const auto& [probability, z] : {std::pair(0.5, 0.0), std::pair(0.9, 1.2815515655)}) {
      INFO(between << " " << probability);
      const double truth = z * std::hypot(1, between);
      int covered = 0, intervals = 0, narrow = 0;
      for (int round = 0; round < 400; ++round) {
        const auto processes = drawn(random, 20, 30, between);
        const auto found = quantile_of(processes, probability, 0.95);
        if (!found.interval) continue;
        ++intervals;
        covered += found.interval->low <= truth && truth <= found.interval->high;
        // The planted fault: all values taken as independent ones.
        std::vector<std::vector<double>> apart;
        for (const auto& values : processes)
          for (double value : values) apart.push_back({value});
        const auto naive = quantile_of(apart, probability, 0.95);
        REQUIRE(naive.interval);
        narrow += naive.interval->low <= truth && truth <= naive.interval->high;
      }
      CHECK(intervals > 300);
      CHECK(covered > 0.93 * intervals);
      if (between == 1) CHECK(narrow < 0.8 * intervals);
    }
  }
}

}  // namespace winnow::reports
