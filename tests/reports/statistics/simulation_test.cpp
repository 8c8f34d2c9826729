// How often the verdict's comparison is wrong, by simulation with fixed seeds.
#include <cmath>
#include <random>

#include "reports/blocks/noise_floor.h"
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

// A quiet run of a baseline and its second copy; CPU time scatters apart from wall time.
profiles::Recording quiet_twins(std::mt19937_64& random, int pairs) {
  std::normal_distribution<double> noise(0, 0.03);
  profiles::Recording recording;
  recording.variants = {{"a", "", "", "", "", false, {}, {}}};
  recording.twin = "a-twin";
  for (int index = 0; index < pairs; ++index)
    for (const char* arm : {"a", "a-twin"}) {
      profiles::Block block;
      block.pass = profiles::Pass::time;
      block.variant = arm;
      block.index = index;
      block.iteration_wall_ns = {static_cast<int64_t>(2e8 * std::exp(noise(random)))};
      block.region = profiles::Region{block.iteration_wall_ns.front(),
                                      static_cast<int64_t>(4e8 * std::exp(noise(random))),
                                      0,
                                      {},
                                      {},
                                      {},
                                      {}};
      recording.blocks.push_back(std::move(block));
    }
  return recording;
}

// Four standard deviations of a count.
bool is_near_share(int count, int of, double share) {
  return std::abs(count - of * share) <= 4 * std::sqrt(of * share * (1 - share));
}

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

TEST_CASE("without a change at most 1% of comparisons alarm, with spikes and drift") {
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

TEST_CASE("the A/A arm alarms in 1% of quiet runs, over wall and CPU time together") {
  std::mt19937_64 random(20'261'129);
  const int runs = 2 * WINNOW_SIMULATIONS;
  const auto of_either = [](double each) { return 1 - (1 - each) * (1 - each); };
  // P(p <= 0.005) and P(p <= 0.01), exactly: of 10 pairs the ranks' sum is up to 1 and 3 of 55, of
  // 20 pairs up to 32 and 37 of 210.
  struct Exact {
    int pairs;
    double at_half_level, at_level;
  };
  for (const auto& [pairs, at_half_level, at_level] :
       {Exact{10, 0.00391, 0.00977}, {20, 0.00486, 0.00944}}) {
    int alarms = 0, each_at_99_percent = 0;
    for (int run = 0; run < runs; ++run) {
      const profiles::Recording recording = quiet_twins(random, pairs);
      const NoiseFloor noise = noise_floor(Measured(recording), 2, true);
      alarms += noise_alarm({"a"}, noise).empty() ? 0 : 1;
      each_at_99_percent += noise.wall.decided() || noise.cpu.decided() ? 1 : 0;
    }
    INFO(pairs << " pairs: " << alarms << " alarms in " << runs
               << " quiet runs; each at 99%: " << each_at_99_percent);
    CHECK(is_near_share(alarms, runs, of_either(at_half_level)));
    CHECK(is_near_share(each_at_99_percent, runs, of_either(at_level)));  // 1.9%
  }
}

TEST_CASE("the simulation tells an order that mistakes drift for a difference") {
  const int count = WINNOW_SIMULATIONS / 8;
  const Outcomes outcomes = simulate({0.02, 0, 20, false}, count, 7);
  CHECK(outcomes.faster + outcomes.slower > count / 10);
}

TEST_CASE("5% at a scatter of 4% is found with 40 pairs in 95% of comparisons") {
  const int count = WINNOW_SIMULATIONS / 5;
  const Outcomes outcomes = simulate({0.04, 0.05, 40, true}, count, 20'240'602);
  INFO(outcomes.slower << " of " << count);
  CHECK(outcomes.slower * 100 >= 95 * count);
  CHECK(outcomes.faster == 0);
}

}  // namespace winnow::reports
