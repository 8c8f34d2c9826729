#include "reports/statistics/sequential.h"

#include <cmath>
#include <functional>
#include <random>

#include "tests/catch.h"

using namespace winnow::reports;

namespace {

using Random = std::mt19937_64;

// 40 pairs of processes of equal speed but for `slowdown`. Both sides of a pair meet the same
// drift; now and then one of them meets a spike.
struct Machine {
  double sigma = 0.04;  // of a pair's log-ratio
  double spike_share = 0, spike = 0;
  double drift = 0;  // log-units over all pairs
};

struct Runs {
  std::vector<double> baseline, candidate;
};

Runs simulate(const Machine& machine, double slowdown, Random& random) {
  std::normal_distribution<double> noise(0, machine.sigma / std::sqrt(2.0));
  std::uniform_real_distribution<double> uniform(0, 1);
  const auto process = [&](double drift, double factor) {
    const double spike = uniform(random) < machine.spike_share ? machine.spike : 0;
    return factor * std::exp(drift + spike + noise(random));
  };
  Runs runs;
  for (int pair = 0; pair < kLooks.back(); ++pair) {
    const double begin = machine.drift * pair / kLooks.back();
    const double half = machine.drift / kLooks.back() / 2;  // between the two of a pair
    const bool baseline_first = random() % 2 == 0;
    runs.baseline.push_back(process(begin + (baseline_first ? 0 : half), 1));
    runs.candidate.push_back(process(begin + (baseline_first ? half : 0), slowdown));
  }
  return runs;
}

struct Shares {
  double pass = 0, regression = 0, pairs = 0;
};

Shares gates(int count, const Machine& machine, double slowdown, int metrics = 1) {
  Random random(20'240'611);
  Shares shares;
  for (int gate = 0; gate < count; ++gate) {
    bool regression = false, pass = true;
    for (int metric = 0; metric < metrics; ++metric) {
      const Runs runs = simulate(machine, slowdown, random);
      const auto result = decide(runs.candidate, runs.baseline, {});
      regression |= result.decision == SequentialResult::kRegression;
      pass &= result.decision == SequentialResult::kPass;
      shares.pairs += static_cast<double>(result.ratio.pairs) / count / metrics;
    }
    shares.pass += (pass && !regression) / static_cast<double>(count);
    shares.regression += regression / static_cast<double>(count);
  }
  return shares;
}

// Fewer simulations, under a sanitizer, scatter more.
constexpr double kMostFalse = WINNOW_SIMULATIONS >= 5000 ? 0.01 : 0.025;

const std::vector<double> kOnes(40, 1.0);

}  // namespace

TEST_CASE("without a change at most 1 % of 5,000 gates report a regression") {
  const std::vector<Machine> machines = {
      {0.02, 0, 0, 0},         {0.04, 0.05, 0.3, 0.06}, {0.08, 0, 0, 0.2},
      {0.15, 0.10, 0.5, 0.10}, {0.15, 0, 0, 0},
  };
  for (const Machine& machine : machines) {
    const Shares shares = gates(WINNOW_SIMULATIONS, machine, 1.0);
    INFO("sigma " << machine.sigma << ": " << shares.regression);
    CHECK(shares.regression <= kMostFalse);
  }
  // Wall and CPU time of one gate, at worst independent of each other.
  const Shares both = gates(WINNOW_SIMULATIONS, {0.15, 0.05, 0.3, 0.1}, 1.0, 2);
  INFO(both.regression);
  CHECK(both.regression <= kMostFalse);
}

TEST_CASE("a quiet machine passes a gate without a change after few pairs") {
  const Shares shares = gates(WINNOW_SIMULATIONS / 5, {0.0424, 0, 0, 0}, 1.0);
  INFO(shares.pass << " after " << shares.pairs);
  CHECK(shares.pass >= 0.99);
  CHECK(shares.pairs < 20);
}

TEST_CASE("a slow-down of 5 % at 4 % noise is found within 40 pairs in 95 % of the gates") {
  const Shares shares = gates(WINNOW_SIMULATIONS / 2, {0.04, 0, 0, 0}, 1.05);
  INFO(shares.regression << " after " << shares.pairs);
  CHECK(shares.regression >= 0.95);
}

TEST_CASE("noise beyond what 40 pairs can see through stays open instead of passing") {
  const Shares shares = gates(WINNOW_SIMULATIONS / 5, {0.30, 0, 0, 0}, 1.0);
  CHECK(shares.pass < 0.5);
  CHECK(shares.regression <= kMostFalse);
}

TEST_CASE("the first decision stands, and nothing is said before the first look") {
  std::vector<double> slower(40, 1.2);
  CHECK(decide(std::vector(9, 1.2), std::vector(9, 1.0), {}).decision == SequentialResult::kOpen);
  CHECK_FALSE(decide(std::vector(9, 1.2), std::vector(9, 1.0), {}).ratio.ratio);
  for (size_t i = 10; i < slower.size(); ++i) slower[i] = 0.5;
  const auto result = decide(slower, kOnes, {});
  CHECK(result.decision == SequentialResult::kRegression);
  CHECK(result.ratio.pairs == 10);
}

TEST_CASE("between the limits a gate looks again, and stays open at last") {
  // 3 % slower beyond doubt: more than the allowance for 1 %, less than a tolerance of 5 %.
  CHECK(decide(std::vector(40, 1.03), kOnes, {}).decision == SequentialResult::kRegression);
  const SlowdownLimits wide{1.05, 1.10, kNominalLevel};
  CHECK(decide(std::vector(40, 1.03), kOnes, wide).decision == SequentialResult::kPass);
  std::vector<double> open;  // 1 % or 9 % slower: neither is proven
  for (int i = 0; i < 40; ++i) open.push_back(i % 2 == 0 ? 0.9 : 1.25);
  const auto result = decide(open, kOnes, {});
  CHECK(result.decision == SequentialResult::kOpen);
  CHECK(result.ratio.pairs == 40);
}

TEST_CASE("figures that are no numbers decide nothing") {
  CHECK(decide(std::vector(40, std::nan("")), kOnes, {}).decision == SequentialResult::kOpen);
  CHECK(decide(std::vector(40, 0.0), kOnes, {}).decision == SequentialResult::kOpen);
}
