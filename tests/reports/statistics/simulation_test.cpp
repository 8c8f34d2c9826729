// How often the verdict's comparison is wrong, by simulation with fixed seeds.
#include <cmath>
#include <random>

#include "reports/blocks/pairs.h"
#include "tests/catch.h"

namespace winnow::reports {

namespace {

constexpr double kPi = 3.14159265358979;
constexpr double kSpikes = 0.05;  // of the runs
constexpr double kDrift = 0.03;   // amplitude of the slow drift

struct World {
  double sigma = 0.04;  // of a pair's log-ratio
  double effect = 0;    // by which the candidate is slower
  int pairs = 20;
  bool alternating = true;  // else all runs of the one, then all of the other
};

class Simulation {
 public:
  explicit Simulation(uint64_t seed) : random_(seed) {}

  profiles::Recording record(const World& world) {
    profiles::Recording recording;
    recording.variants = {{"a", "", "", "", "", false, {}, {}},
                          {"b", "", "", "", "", false, {}, {}}};
    phase_ = uniform(0, 2 * kPi);
    for (int index = 0; index < world.pairs; ++index) {
      const bool turned = uniform(0, 1) < 0.5;
      const int first = world.alternating ? 2 * index + (turned ? 1 : 0) : index;
      const int second = world.alternating ? 2 * index + (turned ? 0 : 1) : index + world.pairs;
      add(recording, "a", index, run_s(world, first));
      add(recording, "b", index, run_s(world, second) * (1 + world.effect));
    }
    return recording;
  }

 private:
  double uniform(double low, double high) {
    return std::uniform_real_distribution(low, high)(random_);
  }

  // Of the run at this place in the order of all runs.
  double run_s(const World& world, int place) {
    const double drift = kDrift * std::sin(phase_ + kPi * place / world.pairs);
    const double noise = std::normal_distribution(0.0, world.sigma / std::sqrt(2))(random_);
    const double spike = uniform(0, 1) < kSpikes ? uniform(0.1, 0.5) : 0;
    return 0.2 * std::exp(drift + noise + spike);
  }

  static void add(profiles::Recording& recording, const char* variant, int index, double seconds) {
    profiles::Block block;
    block.pass = profiles::Pass::time;
    block.variant = variant;
    block.index = index;
    block.iteration_wall_ns = {static_cast<int64_t>(seconds * 1e9)};
    recording.blocks.push_back(std::move(block));
  }

  std::mt19937_64 random_;
  double phase_ = 0;
};

struct Outcomes {
  int faster = 0, slower = 0;  // proven, of the candidate
};

Outcomes simulate(const World& world, int comparisons, uint64_t seed) {
  Simulation simulation(seed);
  Outcomes outcomes;
  for (int i = 0; i < comparisons; ++i) {
    const auto recording = simulation.record(world);
    const Measured arms(recording);
    const Pairs pairs = compare_all(arms, {{&arms[0], &arms[1]}}, Measure::kWall).front();
    if (pairs.evidence == Evidence::kProven)
      ++(*pairs.ratio > 1 ? outcomes.faster : outcomes.slower);
  }
  return outcomes;
}

}  // namespace

TEST_CASE("without a change at most 1 % of comparisons alarm, with spikes and drift") {
  int alarms = 0, comparisons = 0;
  for (const double sigma : {0.02, 0.04, 0.08, 0.15})
    for (const int pairs : {10, 20}) {
      const int count = WINNOW_SIMULATIONS / 8;
      const Outcomes outcomes = simulate({sigma, 0, pairs, true}, count, 20'240'601);
      INFO("sigma " << sigma << ", " << pairs << " pairs: " << outcomes.faster << " faster, "
                    << outcomes.slower << " slower of " << count);
      CHECK(outcomes.faster + outcomes.slower <= count / 50);
      alarms += outcomes.faster + outcomes.slower;
      comparisons += count;
    }
  INFO(alarms << " alarms in " << comparisons);
  CHECK(alarms * 100 <= comparisons);
}

TEST_CASE("the simulation tells an order that mistakes drift for a difference") {
  const int count = WINNOW_SIMULATIONS / 8;
  const Outcomes outcomes = simulate({0.02, 0, 20, false}, count, 7);
  CHECK(outcomes.faster + outcomes.slower > count / 10);
}

TEST_CASE("5 % at a scatter of 4 % is found with 40 pairs in 95 % of comparisons") {
  const int count = WINNOW_SIMULATIONS / 5;
  const Outcomes outcomes = simulate({0.04, 0.05, 40, true}, count, 20'240'602);
  INFO(outcomes.slower << " of " << count);
  CHECK(outcomes.slower * 100 >= 95 * count);
  CHECK(outcomes.faster == 0);
}

}  // namespace winnow::reports
