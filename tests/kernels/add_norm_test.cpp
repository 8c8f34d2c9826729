#include <limits>

#include "tests/catch.h"
#include "tests/kernels/data.h"

using namespace winnow::kernels;

namespace {

std::vector<float> add_norm(AddNorm function, const std::vector<float>& y,
                            const std::vector<float>& weight, float epsilon, std::vector<float> x) {
  function(y.data(), weight.data(), static_cast<int>(y.size()), epsilon, x.data());
  return x;
}

// The largest error in double precision, relative to the larger of the two terms.
double worst_error(const std::vector<float>& sum, const std::vector<float>& y,
                   const std::vector<float>& weight, float epsilon, const std::vector<float>& x) {
  double squares = 0, worst = 0;
  for (float value : y) squares += double(value) * value;
  const double factor = 1 / std::sqrt(squares / double(y.size()) + epsilon);
  for (size_t i = 0; i < y.size(); ++i) {
    const double branch = y[i] * factor * weight[i];
    const double magnitude = std::max({std::fabs(branch), std::fabs(double(x[i])), 1e-30});
    worst = std::max(worst, std::fabs(sum[i] - (x[i] + branch)) / magnitude);
  }
  return worst;
}

constexpr double kAddNormTolerance = 6e-7;

}  // namespace

TEST_CASE("add_norm adds the formula's norm at every size and magnitude") {
  Random random;
  std::vector<int> sizes = {127, 128, 129, 255, 256, 257};
  for (int size = 1; size <= 70; ++size) sizes.push_back(size);
  for (int size = 96; size <= 1152; size += 32) sizes.push_back(size);
  for (const Row<AddNorm>& row : runnable(add_norm_rows()))
    for (int size : sizes)
      for (float magnitude : {1e-6f, 1.0f, 1e12f}) {
        INFO(std::string(row.name) << " " << size << " x " << magnitude);
        const std::vector<float> y = random.floats(size, -magnitude, magnitude);
        const std::vector<float> weight = random.floats(size, -3, 3),
                                 x = random.floats(size, -5, 5);
        const std::vector<float> sum = add_norm(row.function, y, weight, 1e-6f, x);
        CHECK(worst_error(sum, y, weight, 1e-6f, x) < kAddNormTolerance);
      }
}

TEST_CASE("add_norm onto zero is rms_norm of the same instruction set to the bit") {
  Random random;
  for (const Row<AddNorm>& row : runnable(add_norm_rows()))
    for (int size : {1, 7, 32, 100, 768}) {
      INFO(std::string(row.name) << " " << size);
      const std::vector<float> y = random.floats(size), weight = random.floats(size, 0.1f, 3);
      std::vector<float> norm(size);
      select_kernels(row.name).rms_norm(y.data(), weight.data(), size, 1e-6f, norm.data());
      CHECK(add_norm(row.function, y, weight, 1e-6f, std::vector<float>(size, 0.0f)) == norm);
    }
}

TEST_CASE("add_norm of a zero or a vanishing branch leaves x") {
  Random random;
  const std::vector<float> x = random.floats(768, 1, 2), weight(768, 1.0f);
  for (const Row<AddNorm>& row : runnable(add_norm_rows()))
    for (float value : {0.0f, -0.0f, 1e-45f, 1e-39f}) {
      INFO(std::string(row.name) << " " << value);
      CHECK(add_norm(row.function, std::vector<float>(768, value), weight, 1e-6f, x) == x);
    }
}

TEST_CASE("one huge element of a branch takes the whole norm") {
  for (const Row<AddNorm>& row : runnable(add_norm_rows()))
    for (float value : {1e18f, -1e18f}) {
      INFO(std::string(row.name) << " " << value);
      std::vector<float> y(64, 1.0f), expected(64, 3.0f);
      y[37] = value;
      expected[37] += std::copysign(8.0f, value);  // sqrt(64)
      const std::vector<float> sum = add_norm(row.function, y, std::vector<float>(64, 1.0f), 1e-6f,
                                              std::vector<float>(64, 3.0f));
      CHECK(std::fabs(sum[37] - expected[37]) < 2e-6f);
      CHECK(sum[36] == 3.0f);
    }
}

TEST_CASE(
    "the tolerance of the add_norm test catches a branch that lacks an element, or its weight") {
  Random random;
  const std::vector<float> y = random.floats(768), x = random.floats(768);
  const std::vector<float> weight = random.floats(768, 0.1f, 3);
  for (const Row<AddNorm>& row : runnable(add_norm_rows())) {
    INFO(std::string(row.name));
    std::vector<float> shorter = y, lighter = weight;
    shorter.back() = 0;
    lighter[700] *= 1.00001f;
    CHECK(worst_error(add_norm(row.function, shorter, weight, 1e-6f, x), y, weight, 1e-6f, x) >
          kAddNormTolerance);
    CHECK(worst_error(add_norm(row.function, y, lighter, 1e-6f, x), y, weight, 1e-6f, x) >
          kAddNormTolerance);
  }
}
