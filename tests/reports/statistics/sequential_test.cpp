#include "reports/statistics/sequential.h"

#include <cmath>
#include <functional>
#include <random>

#include "tests/catch.h"

using namespace winnow::reports;

namespace {

using Random = std::mt19937_64;

// Pairs of processes of equal speed but for a slow-down. Both sides of a pair meet the same drift;
// now and then one of them meets a spike.
struct Machine {
  double sigma = 0.04;  // of a pair's log-ratio
  double spike_share = 0, spike = 0;
  double drift = 0;  // log-units over all pairs
};

struct Runs {
  std::vector<double> baseline, candidate;
};

// Grows to `pairs`.
void simulate(const Machine& machine, double slowdown, size_t pairs, Random& random, Runs& runs) {
  std::normal_distribution<double> noise(0, machine.sigma / std::sqrt(2.0));
  std::uniform_real_distribution<double> uniform(0, 1);
  const auto process = [&](double drift, double factor) {
    const double spike = uniform(random) < machine.spike_share ? machine.spike : 0;
    return factor * std::exp(drift + spike + noise(random));
  };
  while (runs.baseline.size() < pairs) {
    const double begin = machine.drift * static_cast<double>(runs.baseline.size()) / kLooks.back();
    const double half = machine.drift / kLooks.back() / 2;  // between the two of a pair
    const bool baseline_first = random() % 2 == 0;
    runs.baseline.push_back(process(begin + (baseline_first ? 0 : half), 1));
    runs.candidate.push_back(process(begin + (baseline_first ? half : 0), slowdown));
  }
}

// As a gate decides: look by look, as long as more pairs may follow.
SequentialResult gate_decision(const Machine& machine, double slowdown, Random& random) {
  Runs runs;
  SequentialResult result;
  for (const size_t look : kLooks) {
    simulate(machine, slowdown, look, random, runs);
    result = decide(runs.candidate, runs.baseline, {}, look == static_cast<size_t>(kLooks.back()));
    if (result.decision != SequentialResult::kOpen) break;
  }
  return result;
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
      const auto result = gate_decision(machine, slowdown, random);
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

TEST_CASE("without a change at most 1% of the gates report a regression") {
  const std::vector<Machine> machines = {
      {0.02, 0, 0, 0},         {0.04, 0.05, 0.3, 0.06}, {0.08, 0, 0, 0.2},
      {0.15, 0.10, 0.5, 0.10}, {0.15, 0, 0, 0},
  };
  for (const Machine& machine : machines) {
    // Much noise needs many pairs, whose number costs squared.
    const int count = machine.sigma > 0.05 ? WINNOW_SIMULATIONS / 20 : WINNOW_SIMULATIONS;
    const Shares shares = gates(count, machine, 1.0);
    INFO("sigma " << machine.sigma << ": " << shares.regression);
    CHECK(shares.regression <= kMostFalse);
  }
  // Wall and CPU time of one gate, at worst independent of each other.
  const Shares both = gates(WINNOW_SIMULATIONS / 20, {0.10, 0.05, 0.3, 0.1}, 1.0, 2);
  INFO(both.regression);
  CHECK(both.regression <= kMostFalse);
}

TEST_CASE("a quiet machine passes a gate without a change after few pairs") {
  const Shares shares = gates(WINNOW_SIMULATIONS / 5, {0.0424, 0, 0, 0}, 1.0);
  INFO(shares.pass << " after " << shares.pairs);
  CHECK(shares.pass >= 0.99);
  CHECK(shares.pairs < 25);
}

TEST_CASE("a slow-down of 5% at 4% noise is found in 99% of the gates, of 2% in 75%") {
  const Shares large = gates(WINNOW_SIMULATIONS / 5, {0.04, 0, 0, 0}, 1.05);
  INFO(large.regression << " after " << large.pairs);
  CHECK(large.regression >= 0.99);
  CHECK(large.pairs < 60);
  const Shares small = gates(WINNOW_SIMULATIONS / 25, {0.04, 0, 0, 0}, 1.02);
  INFO(small.regression << " and " << small.pass << " passed after " << small.pairs);
  CHECK(small.regression >= 0.75);
}

TEST_CASE("noise beyond what all pairs can see through stays open instead of passing") {
  const Shares shares = gates(WINNOW_SIMULATIONS / 250, {1.6, 0, 0, 0}, 1.0);
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
  // 3% slower beyond doubt: more than the allowance for 1%, less than a tolerance of 5%.
  CHECK(decide(std::vector(40, 1.03), kOnes, {}).decision == SequentialResult::kRegression);
  const SlowdownLimits wide{1.05, 1.10, kNominalLevel};
  CHECK(decide(std::vector(40, 1.03), kOnes, wide).decision == SequentialResult::kPass);
  std::vector<double> open;  // 1% or 9% slower: neither is proven
  for (int i = 0; i < 40; ++i) open.push_back(i % 2 == 0 ? 0.9 : 1.25);
  const auto result = decide(open, kOnes, {});
  CHECK(result.decision == SequentialResult::kOpen);
  CHECK(result.ratio.pairs == 40);
}

TEST_CASE("pairs that end between two looks are looked at, all of them, and only then") {
  std::vector<double> late(30, 1.0);  // nothing is seen in the first twenty
  for (size_t i = 0; i < 20; ++i) late[i] = i % 2 == 0 ? 0.7 : 1.5;
  const std::vector ones(30, 1.0);
  CHECK(decide(late, ones, {}, true).ratio.pairs == 30);
  CHECK(decide(late, ones, {}, false).ratio.pairs == 20);
  CHECK(decide(std::vector(30, 1.0), ones, {}, true).ratio.pairs == 10);  // decided there
  const std::vector more(1300, 1.5), ones_too(1300, 1.0);
  CHECK(decide(more, ones_too, {2.0, 1.2, kNominalLevel}).ratio.pairs == kLooks.back());
}

TEST_CASE("a small slow-down does not pass at a look that only rules out a large one") {
  std::vector<double> slower;  // 1.5%, and 0.5 to 2.5% are possible
  for (int i = 0; i < 10; ++i) slower.push_back(1.005 + 0.002 * i);
  const std::vector ones(10, 1.0);
  CHECK(decide(slower, ones, {}, false).decision == SequentialResult::kOpen);
  // Where no more pairs follow, that it is below the tolerance is what can be said.
  CHECK(decide(slower, ones, {}, true).decision == SequentialResult::kPass);
}

TEST_CASE("figures that are no numbers decide nothing") {
  CHECK(decide(std::vector(40, std::nan("")), kOnes, {}).decision == SequentialResult::kOpen);
  CHECK(decide(std::vector(40, 0.0), kOnes, {}).decision == SequentialResult::kOpen);
}
