#include <limits>

#include "tests/catch.h"
#include "tests/kernels/data.h"

using namespace winnow::kernels;

namespace {

// The published form, in double precision.
double exact_geglu(double gate, double up) {
  const double u = std::sqrt(2 / std::acos(-1.0)) * (gate + 0.044715 * gate * gate * gate);
  return 0.5 * gate * (1 + std::tanh(u)) * up;
}

double worst_error(const std::vector<float>& y, const std::vector<float>& gate,
                   const std::vector<float>& up) {
  double worst = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    const double exact = exact_geglu(gate[i], up[i]);
    const double magnitude = std::fabs(double(gate[i]) * up[i]);
    worst = std::max(worst, std::fabs(y[i] - exact) / std::max(magnitude, 1e-30));
  }
  return worst;
}

constexpr double kTolerance = 3e-7;

}  // namespace

TEST_CASE("geglu equals the formula at every size, in place of gate or up too") {
  Random random;
  std::vector<int> sizes = {255, 256, 257, 1152};
  for (int size = 1; size <= 50; ++size) sizes.push_back(size);
  for (const Row<Geglu>& row : runnable(geglu_rows()))
    for (int size : sizes) {
      INFO(std::string(row.name) << " " << size);
      const std::vector<float> gate = random.floats(size, -6, 6), up = random.floats(size, -4, 4);
      std::vector<float> y(size), in_gate = gate, in_up = up;
      row.function(gate.data(), up.data(), size, y.data());
      CHECK(worst_error(y, gate, up) < kTolerance);
      row.function(in_gate.data(), up.data(), size, in_gate.data());
      row.function(gate.data(), in_up.data(), size, in_up.data());
      CHECK(in_gate == y);
      CHECK(in_up == y);
    }
}

TEST_CASE("geglu is accurate over its whole range") {
  std::vector<float> gate;
  for (int i = -30000; i <= 30000; ++i) gate.push_back(static_cast<float>(i) * 1e-3f);
  const std::vector<float> up(gate.size(), 1.0f);
  for (const Row<Geglu>& row : runnable(geglu_rows())) {
    INFO(std::string(row.name));
    std::vector<float> y(gate.size());
    row.function(gate.data(), up.data(), static_cast<int>(gate.size()), y.data());
    CHECK(worst_error(y, gate, up) < kTolerance);
  }
}

TEST_CASE("geglu passes large gates, closes for large negative ones, and makes no NaN") {
  const float largest = std::numeric_limits<float>::max();
  const std::vector<float> gate = {0, -0.0f, 20, 1e10f, largest, -20, -1e10f, -largest, 1e-42f};
  const std::vector<float> expected = {0, 0, 20, 1e10f, largest, 0, 0, 0, 5e-43f};
  const std::vector<float> up(gate.size(), 1.0f);
  for (const Row<Geglu>& row : runnable(geglu_rows())) {
    INFO(std::string(row.name));
    std::vector<float> y(gate.size());
    row.function(gate.data(), up.data(), static_cast<int>(gate.size()), y.data());
    for (size_t i = 0; i < y.size(); ++i) CHECK(std::fabs(y[i] - expected[i]) <= 1e-42f);
  }
}

TEST_CASE("the tolerance of the geglu tests tells the tanh form from the erf form") {
  double largest = 0;
  for (double g = -6; g <= 6; g += 0.01) {
    const double erf_form = 0.5 * g * (1 + std::erf(g / std::sqrt(2.0)));
    largest = std::max(largest, std::fabs(exact_geglu(g, 1) - erf_form) / std::fabs(g));
  }
  CHECK(largest > 100 * kTolerance);
}
