#include <cmath>
#include <random>

#include "reports/statistics/inner_iterations.h"
#include "tests/catch.h"

using namespace winnow::reports;

namespace {

// Processes whose level scatters by `between`, each with iterations that scatter by `within`.
std::vector<std::vector<double>> processes(int count, int iterations, double within,
                                           double between) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  std::vector<std::vector<double>> all;
  for (int process = 0; process < count; ++process) {
    const double level = 0.1 * (1 + between * normal(random));
    auto& each = all.emplace_back();
    for (int i = 0; i < iterations; ++i) each.push_back(level * (1 + within * normal(random)));
  }
  return all;
}

}  // namespace

TEST_CASE("iterations are as many as a process's start and the two scatters ask for") {
  // sqrt(2.5 s / 0.1 s) * 4% / 2% = 10
  const auto best = cheapest_iterations(processes(4000, 20, 0.04, 0.02), 2.5);
  REQUIRE(best);
  CHECK(best->iteration_s == Approx(0.1).epsilon(0.01));
  CHECK(best->within == Approx(0.04).epsilon(0.02));
  CHECK(best->between == Approx(0.02).epsilon(0.05));
  CHECK(std::abs(best->count - 10) <= 1);
  // A start that costs nothing asks for one iteration in each of many processes.
  CHECK(cheapest_iterations(processes(100, 20, 0.04, 0.02), 0)->count == 1);
  // Processes that do not differ: as many as the measured ones tell about.
  CHECK(cheapest_iterations(processes(50, 5, 0.04, 0), 100)->count == 20);
}

TEST_CASE("too little to tell of scatter within or between processes tells no iterations") {
  CHECK_FALSE(cheapest_iterations(processes(2, 20, 0.04, 0.02), 1));
  CHECK_FALSE(cheapest_iterations(processes(20, 1, 0.04, 0.02), 1));
  CHECK_FALSE(cheapest_iterations({}, 1));
}
