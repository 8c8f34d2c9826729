// The smallest detectable effect and the planned pairs, held by simulations of the test that
// decides, with fixed seeds.
#include "reports/statistics/detectable.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "reports/statistics/detectable_table.h"
#include "reports/statistics/paired_ratio.h"
#include "reports/statistics/significance.h"
#include "tests/catch.h"

namespace winnow::reports {

namespace {

using Seconds = std::vector<double>;

constexpr double kPairScatter = 0.04;  // standard deviation of a pair's log-ratio

// Of so many pairs one block took several times as long.
struct Spikes {
  double of_pairs = 0, least = 1, most = 1;
};
constexpr Spikes kNoSpikes{}, kSeveralfold{0.05, 1.5, 5};

Seconds arm_seconds(std::mt19937_64& random, int pairs, const Spikes& spikes) {
  std::normal_distribution<double> noise(0, kPairScatter / std::sqrt(2));
  std::uniform_real_distribution<double> share(0, 1), times(spikes.least, spikes.most);
  Seconds seconds;
  for (int i = 0; i < pairs; ++i) {
    seconds.push_back(0.2 * std::exp(noise(random)));
    if (share(random) < spikes.of_pairs / 2) seconds.back() *= times(random);
  }
  return seconds;
}

std::vector<double> logs_of(const Seconds& first, const Seconds& second) {
  std::vector<double> logs;
  for (size_t i = 0; i < first.size(); ++i) logs.push_back(std::log(first[i] / second[i]));
  return logs;
}

// The arms of one run: its baseline first, alike but for noise; the second copy last.
std::vector<Seconds> run_of(std::mt19937_64& random, int pairs, int variants,
                            const Spikes& spikes) {
  std::vector<Seconds> arms;
  for (int arm = 0; arm <= variants; ++arm) arms.push_back(arm_seconds(random, pairs, spikes));
  return arms;
}

// Is variant 1 found in this run, faster by `effect`, as the verdict finds it?
bool finds(std::vector<Seconds> arms, Sought sought, double effect) {
  for (double& seconds : arms[1]) seconds /= 1 + effect;
  arms.pop_back();
  std::vector<double> p;
  std::vector<bool> right;  // of variant 1 being faster; the others are not asked
  for (size_t first = 0; first < arms.size(); ++first)
    for (size_t second = first + 1; second < arms.size(); ++second) {
      if (sought == Sought::kRow && first > 0) continue;
      const PairedRatio ratio = paired_ratio(arms[first], arms[second], 1 - kLevel);
      p.push_back(ratio.p);
      const bool asked = second == 1 || (first == 1 && sought == Sought::kWinner);
      if (asked && !(second == 1 ? ratio.above_one() : ratio.below_one())) return false;
      right.push_back(asked);
    }
  const std::vector<double> adjusted = holm(p);
  for (size_t i = 0; i < p.size(); ++i)
    if (right[i] && adjusted[i] > kLevel) return false;
  return true;
}

struct Held {
  double found = 0;     // share of runs that find what they print
  double printed = 0;   // median over runs
  double found_at = 0;  // share of runs that find the median printed figure
};

Held hold(int pairs, int variants, Sought sought, const Spikes& spikes, int runs) {
  std::mt19937_64 random(20'261'130 + pairs * 100 + variants);
  std::vector<std::vector<Seconds>> all;
  std::vector<double> printed;
  for (int run = 0; run < runs; ++run) {
    all.push_back(run_of(random, pairs, variants, spikes));
    const auto effect =
        detectable_effect(logs_of(all.back().front(), all.back().back()), sought, variants);
    REQUIRE(effect.has_value());
    printed.push_back(*effect);
  }
  std::vector<double> sorted = printed;
  std::ranges::sort(sorted);
  Held held{0, sorted[sorted.size() / 2], 0};
  for (int run = 0; run < runs; ++run) {
    held.found += finds(all[run], sought, printed[run]) ? 1.0 / runs : 0;
    if (spikes.of_pairs > 0)
      held.found_at += finds(all[run], sought, held.printed) ? 1.0 / runs : 0;
  }
  return held;
}

// 2%, or three standard deviations of a share of so many runs.
double slack(int runs, double share = kPower) {
  return std::max(0.02, 3 * std::sqrt(share * (1 - share) / runs));
}

}  // namespace

TEST_CASE("a run finds the smallest effect that it prints with a power of 88 to 92%") {
  const std::pair<int, int> designs[] = {{8, 2},  {10, 2}, {10, 3}, {14, 2}, {14, 3}, {14, 5},
                                         {20, 2}, {20, 3}, {20, 5}, {40, 2}, {40, 3}, {40, 5}};
  for (const auto& [pairs, variants] : designs)
    for (const Sought sought : {Sought::kRow, Sought::kWinner}) {
      if (variants == 2 && sought == Sought::kWinner) continue;  // the same comparison
      const int runs = pairs * variants > 40 ? WINNOW_SIMULATIONS / 5 : WINNOW_SIMULATIONS / 2;
      const Held held = hold(pairs, variants, sought, kNoSpikes, runs);
      INFO((sought == Sought::kRow ? "row, " : "winner, ")
           << pairs << " pairs, " << variants << " variants: " << held.found << " of " << runs
           << " runs, printed " << held.printed);
      CHECK(std::abs(held.found - kPower) <= slack(runs));
    }
}

TEST_CASE("spikes cost power by as much as no figure of so few pairs can foresee") {
  struct Expected {
    int pairs, variants;
    double found, found_at;
  };
  // What was measured, less the slack. A spike in a block of the winner alone is beyond the A/A
  // arm.
  for (const auto& [pairs, variants, found, found_at] : {Expected{8, 2, 0.79, 0.80},
                                                         {14, 2, 0.72, 0.72},
                                                         {20, 2, 0.84, 0.88},
                                                         {40, 2, 0.88, 0.90},
                                                         {14, 3, 0.72, 0.68},
                                                         {20, 3, 0.84, 0.88},
                                                         {40, 3, 0.88, 0.91},
                                                         {20, 5, 0.80, 0.85},
                                                         {40, 5, 0.87, 0.91}}) {
    const int runs = variants > 2 ? WINNOW_SIMULATIONS / 10 : WINNOW_SIMULATIONS / 5;
    const Held held =
        hold(pairs, variants, variants > 2 ? Sought::kWinner : Sought::kRow, kSeveralfold, runs);
    INFO(pairs << " pairs, " << variants << " variants: " << held.found << ", by the median figure "
               << held.printed << " " << held.found_at);
    CHECK(held.found >= found - slack(runs, found));
    CHECK(held.found <= 0.92 + slack(runs));
    CHECK(held.found_at >= found_at - slack(runs, found_at));
  }
}

TEST_CASE("spikes among many pairs hardly change the effect that is printed") {
  const int runs = WINNOW_SIMULATIONS / 5;
  const double quiet = hold(40, 2, Sought::kRow, kNoSpikes, runs).printed;
  CHECK(hold(40, 2, Sought::kRow, kSeveralfold, runs).printed <= 1.3 * quiet);
}

TEST_CASE("planned pairs find the effect with a power of 88% and more, and are not too many") {
  std::mt19937_64 random(20'261'131);
  for (const auto& [measured, effect] :
       {std::pair{8, 0.05}, {20, 0.02}, {20, 0.05}, {20, 0.1}, {40, 0.03}}) {
    const int runs = effect < 0.03 ? WINNOW_SIMULATIONS / 10 : WINNOW_SIMULATIONS / 5;
    double found = 0, planned = 0;
    for (int run = 0; run < runs; ++run) {
      const auto noise = run_of(random, measured, 1, kNoSpikes);
      const auto sigma = sigma_of(logs_of(noise[0], noise[1]));
      REQUIRE(sigma.has_value());
      const int pairs = pairs_to_detect(effect, sigma->sigma, measured);
      planned += static_cast<double>(pairs) / runs;
      found += finds(run_of(random, pairs, 2, kNoSpikes), Sought::kRow, effect) ? 1.0 / runs : 0;
    }
    INFO(effect << " after " << measured << " pairs: " << planned << " pairs, found " << found);
    CHECK(found >= kPower - slack(runs));
    CHECK(found <=
          (effect < 0.1 ? kPower + 0.02 + slack(runs) : 1));  // at 10% it is the level that needs 8
  }
}

TEST_CASE("the interval of the scatter covers it in 99% of calibrations") {
  std::mt19937_64 random(20'261'132);
  for (const int pairs : {8, 11, 20, 25, 40}) {
    int covered = 0;
    const int runs = WINNOW_SIMULATIONS / 2;
    for (int run = 0; run < runs; ++run) {
      const auto arms = run_of(random, pairs, 1, kNoSpikes);
      const auto sigma = sigma_of(logs_of(arms[0], arms[1]));
      covered += sigma->low <= kPairScatter && kPairScatter <= sigma->high ? 1 : 0;
    }
    INFO(pairs << " pairs: " << covered << " of " << runs);
    CHECK(std::abs(covered - 0.99 * runs) <= 4 * std::sqrt(0.99 * 0.01 * runs));
  }
}

TEST_CASE("the smallest detectable effect: what it takes, and how it grows") {
  const auto effect = [](int pairs, Sought sought, int variants) {
    std::vector<double> logs;
    for (int i = 0; i < pairs; ++i) logs.push_back(0.01 * (2.0 * i / (pairs - 1) - 1));
    return detectable_effect(logs, sought, variants);
  };
  // 8 pairs: half of the range is 0.01, the factor 1.784.
  CHECK(*effect(8, Sought::kRow, 2) == Approx(std::expm1(0.01784)));
  CHECK(!effect(7, Sought::kRow, 2));
  CHECK(!effect(0, Sought::kRow, 2));
  CHECK(!effect(8, Sought::kRow, 3));
  CHECK(!effect(9, Sought::kWinner, 3));
  CHECK(*effect(10, Sought::kWinner, 3) > *effect(10, Sought::kRow, 3));
  CHECK(*effect(40, Sought::kRow, 5) > *effect(40, Sought::kRow, 2));
  for (const Sought sought : {Sought::kRow, Sought::kWinner})
    for (int variants = 2; variants < 40; ++variants)
      CHECK(*effect(90, sought, variants + 1) > *effect(90, sought, variants));
  CHECK(*effect(2000, Sought::kRow, 2) < *effect(200, Sought::kRow, 2));
  CHECK(*detectable_effect(std::vector<double>(8, 0.0), Sought::kRow, 2) == Approx(0));
  // Every number of pairs for which the level can be reached by all variants has its effect.
  for (int pairs = 8; pairs <= 20; ++pairs)
    for (int variants = 2; variants <= 13; ++variants) {
      INFO(pairs << " pairs, " << variants << " variants");
      CHECK(effect(pairs, Sought::kRow, variants).has_value() ==
            (pairs >= pairs_needed(kLevel, variants - 1)));
      CHECK(effect(pairs, Sought::kWinner, variants).has_value() ==
            (pairs >= pairs_needed(kLevel, variants * (variants - 1) / 2)));
    }
}

TEST_CASE("pairs that detect an effect: at least what the level needs, and never without an end") {
  CHECK(pairs_to_detect(0.10, 0.001, 20) == 8);
  CHECK(pairs_to_detect(0.10, 0, 20) == 8);
  CHECK(pairs_to_detect(1e-9, 1, 20) == 1'000'000);
  // (2.5758 + 1.2816)^2 pi / 3 = 15.58, of signed ranks; sigma 1.07 * 0.04.
  const double delta = std::log1p(0.002);
  CHECK(pairs_to_detect(0.002, 0.04, 20) ==
        Approx(15.58 * std::pow(1.07 * 0.04 / delta, 2)).epsilon(0.01));
  for (int pairs = 8; pairs < 300; ++pairs)  // none of the table's figures stands out of line
    CHECK(pairs_to_detect(0.05, 0.0001 * pairs, 20) <=
          pairs_to_detect(0.05, 0.0001 * (pairs + 1), 20));
  CHECK(!sigma_of(std::vector<double>(7, 0.1)));

  // Pairs beyond those that a test takes do not widen the scatter.
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise(0, 0.05);
  std::vector<double> many(8000);
  for (double& value : many) value = noise(random);
  CHECK(sigma_of(many)->sigma == Approx(0.05).epsilon(0.1));
}

}  // namespace winnow::reports
