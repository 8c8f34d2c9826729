// How often one mode is taken for two and a common value for an outlier, and how often planted ones
// are found, by simulation with fixed seeds.
#include "reports/statistics/shape.h"

#include <cmath>
#include <functional>
#include <random>

#include "tests/catch.h"

namespace winnow::reports {

namespace {

using Draw = std::function<double(std::mt19937_64&)>;

double normal(std::mt19937_64& random) { return std::normal_distribution<double>()(random); }

double uniform(std::mt19937_64& random) { return std::uniform_real_distribution<double>()(random); }

double exponential(std::mt19937_64& random) {
  return std::exponential_distribution<double>()(random);
}

std::vector<double> sample_of(size_t values, const Draw& draw, std::mt19937_64& random) {
  std::vector<double> sample(values);
  for (double& value : sample) value = draw(random);
  return sample;
}

struct Found {
  int runs = 0, with_outliers = 0, with_modes = 0;
};

Found look(size_t values, int runs, const Draw& draw, const Grain& grain = {}) {
  std::mt19937_64 random(20'261'130 + values);
  Found found{runs};
  for (int run = 0; run < runs; ++run) {
    const Shape shape = shape_of(sample_of(values, draw, random), grain);
    found.with_outliers += shape.outliers.empty() ? 0 : 1;
    found.with_modes += shape.two_modes() ? 1 : 0;
  }
  return found;
}

// A time of 0.1 s, two parts of five of them at 0.13 s, by a clock that tells it to the nanosecond.
double of_two_modes(std::mt19937_64& random) {
  const double mode = uniform(random) < 0.4 ? 0.13 : 0.1;
  return std::log(mode) + 0.03 * normal(random);
}

}  // namespace

TEST_CASE("one mode is taken for two in less than 1% of runs") {
  const std::vector<std::pair<const char*, Draw>> one_mode{
      {"normal", normal},
      {"log-normal", [](auto& random) { return std::exp(0.3 * normal(random)); }},
      {"uniform", uniform},
      {"exponential", [](auto& random) { return std::log(1 + 0.1 * exponential(random)); }}};
  for (const auto& [name, draw] : one_mode) {
    int modes = 0, runs = 0;
    for (const size_t values : {8, 10, 12, 15, 20, 28, 40, 100}) {
      const Found found = look(values, WINNOW_SIMULATIONS, draw);
      INFO(name << ", " << values << " values: " << found.with_modes << " of " << found.runs);
      // A hundredth and four standard deviations of the count.
      CHECK(found.with_modes <= found.runs / 100 + 4 * std::sqrt(found.runs / 100.0));
      modes += found.with_modes;
      runs += found.runs;
    }
    INFO(name << ": " << modes << " of " << runs);
    CHECK(modes * 100 < runs);
  }
}

TEST_CASE("an outlier is seen in 1% of normal runs; the customary limit sees one in a tenth") {
  for (const size_t values : {8, 10, 15, 20, 40, 100}) {
    const Found found = look(values, WINNOW_SIMULATIONS, normal);
    INFO(values << " values: " << found.with_outliers << " of " << found.runs);
    CHECK(found.with_outliers <= found.runs / 100 + 4 * std::sqrt(found.runs / 100.0));
  }
  std::mt19937_64 random(35);
  int beyond = 0;
  for (int run = 0; run < WINNOW_SIMULATIONS; ++run) {
    const auto scores = modified_z_scores(sample_of(10, normal, random), {});
    beyond += std::ranges::max(scores) > 3.5 ? 1 : 0;
  }
  INFO(beyond << " of " << WINNOW_SIMULATIONS);
  CHECK(beyond * 10 > WINNOW_SIMULATIONS);
}

TEST_CASE("two planted modes are found, and the shares are theirs") {
  struct Power {
    size_t values;
    int percent;
  };
  for (const auto& [values, percent] : {Power{10, 50}, {14, 77}, {20, 91}, {40, 95}}) {
    const Found found = look(values, WINNOW_SIMULATIONS / 5, of_two_modes);
    INFO(values << " values: " << found.with_modes << " of " << found.runs);
    CHECK(found.with_modes * 100 >= percent * found.runs);
  }
  std::vector<double> values{0.101, 0.133, 0.102, 0.132, 0.1, 0.101, 0.134, 0.099, 0.133, 0.1};
  for (double& value : values) value = std::log(value);
  const Shape shape = shape_of(values, {});
  CHECK(shape.lower.size() == 6);
  CHECK(shape.upper == std::vector<size_t>{3, 1, 8, 6});
  CHECK(shape.outliers.empty());
}

TEST_CASE("modes are found beside an outlier, which is none of them") {
  std::vector<double> values{1, 1.3, 1.01, 1.31, 0.99, 1.32, 1.02, 1.29, 1, 1.3, 60};
  for (double& value : values) value = std::log(value);
  const Shape shape = shape_of(values, {});
  CHECK(shape.outliers == std::vector<size_t>{10});
  CHECK(shape.lower.size() == 5);
  CHECK(shape.upper.size() == 5);
}

TEST_CASE("a fifth of the values and more far out on one side are a mode, no outliers") {
  std::vector<double> values{1, 1.01, 0.99, 1.02, 1.005, 0.995, 1.01, 1, 1.5, 1.51, 1.49, 1.005};
  for (double& value : values) value = std::log(value);
  CHECK(far_out(values, {}).size() == 3);
  const Shape shape = shape_of(values, {});
  CHECK(shape.outliers.empty());
  CHECK(shape.upper.size() == 3);
}

TEST_CASE("a planted outlier is found, whichever way it lies") {
  for (const double factor : {1.6, 1 / 1.6}) {
    std::mt19937_64 random(16);
    int found = 0;
    const int runs = WINNOW_SIMULATIONS / 5;
    for (int run = 0; run < runs; ++run) {
      auto values = sample_of(
          10, [](auto& draw) { return 0.03 * normal(draw); }, random);
      values[4] = std::log(factor);
      const Shape shape = shape_of(values, {});
      found += shape.outliers == std::vector<size_t>{4} && !shape.two_modes() ? 1 : 0;
    }
    INFO(found << " of " << runs);
    CHECK(found * 100 >= 90 * runs);
  }
}

TEST_CASE("ticks of a coarse clock are neither outliers nor modes") {
  // 0.1 s that scatter by 0.4%, told in milliseconds: two or three values.
  const double tick = 0.001;
  const auto draw = [&](std::mt19937_64& random) {
    return std::log(std::round(0.1 * std::exp(0.004 * normal(random)) / tick) * tick);
  };
  const Grain grain{tick / 0.1, std::log(1.01)};
  for (const size_t values : {10, 20, 40}) {
    const Found found = look(values, WINNOW_SIMULATIONS / 5, draw, grain);
    INFO(values << " values: " << found.with_modes << " and " << found.with_outliers << " of "
                << found.runs);
    CHECK(found.with_modes == 0);
    CHECK(found.with_outliers * 100 <= found.runs);
  }
}

TEST_CASE("equal values, few values and small differences have no shape") {
  CHECK(shape_of(std::vector(40, 0.5), {}).outliers.empty());
  CHECK_FALSE(shape_of(std::vector(40, 0.5), {}).two_modes());
  const std::vector<double> seven{0, 0, 0, 0, 1, 1, 1};
  CHECK(shape_of(seven, {}).outliers.empty());
  CHECK_FALSE(shape_of(seven, {}).two_modes());
  std::vector<double> near(20);
  for (size_t i = 0; i < near.size(); ++i)
    near[i] = (i % 2 == 0 ? 0 : 0.005) + 1e-5 * static_cast<double>(i);
  CHECK(shape_of(near, {}).two_modes());
  CHECK_FALSE(shape_of(near, {0, std::log(1.01)}).two_modes());
  // More than half are equal: the resolution is the scale.
  const std::vector<double> faults{0, 0, 0, 0, 0, 0, 0, 0, 3, 40};
  CHECK(far_out(faults, {1, 0}) == std::vector<size_t>{9});
}

}  // namespace winnow::reports
