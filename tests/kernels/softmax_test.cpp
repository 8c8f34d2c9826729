#include <limits>
#include <numeric>

#include "tests/catch.h"
#include "tests/kernels/data.h"

using namespace winnow::kernels;

namespace {

std::vector<double> exact_softmax(const std::vector<float>& x) {
  const double largest = *std::max_element(x.begin(), x.end());
  std::vector<double> y(x.begin(), x.end());
  for (double& value : y) value = std::exp(value - largest);
  const double sum = std::accumulate(y.begin(), y.end(), 0.0);
  for (double& value : y) value /= sum;
  return y;
}

double worst_error(const std::vector<float>& y, const std::vector<double>& exact) {
  double worst = 0;
  for (size_t i = 0; i < y.size(); ++i)
    worst = std::max(worst, std::fabs(y[i] - exact[i]) / std::max(exact[i], 1e-37));
  return worst;
}

}  // namespace

TEST_CASE("softmax equals the formula and sums to 1 at every size") {
  Random random;
  std::vector<int> sizes = {127, 128, 129, 513, 2048};
  for (int size = 1; size <= 50; ++size) sizes.push_back(size);
  for (const Row<Softmax>& row : runnable(softmax_rows()))
    for (int size : sizes)
      for (float spread : {0.01f, 5.0f, 40.0f}) {
        INFO(std::string(row.name) << " " << size << " spread " << spread);
        const std::vector<float> x = random.floats(size, -spread, spread);
        std::vector<float> y = x;
        row.function(y.data(), size);
        // exp(x - max): the rounding of the difference counts as much as it is large.
        CHECK(worst_error(y, exact_softmax(x)) < 1e-6 + spread * 2e-7);
        CHECK(std::accumulate(y.begin(), y.end(), 0.0) == Approx(1).epsilon(1e-6));
      }
}

TEST_CASE("softmax saturates without NaN") {
  const float largest = std::numeric_limits<float>::max();
  const float infinity = std::numeric_limits<float>::infinity();
  for (const Row<Softmax>& row : runnable(softmax_rows()))
    for (int size : {1, 2, 7, 8, 9, 16, 17, 33}) {
      INFO(std::string(row.name) << " " << size);
      for (float low : {-largest, -infinity, largest - 1e32f})
        for (int at : {0, size - 1}) {
          std::vector<float> x(size, low), expected(size, 0.0f);
          x[at] = largest;
          expected[at] = 1;
          row.function(x.data(), size);
          CHECK(x == expected);
        }
      for (float same : {-largest, 0.0f, largest}) {
        std::vector<float> x(size, same);
        row.function(x.data(), size);
        CHECK(std::fabs(x.front() * static_cast<float>(size) - 1) < 1e-6f);
        CHECK(x == std::vector<float>(size, x.front()));
      }
    }
}

TEST_CASE("the tolerance of the softmax test catches a sum that lacks the last element") {
  Random random;
  const std::vector<float> x = random.floats(513, -5, 5);
  for (const Row<Softmax>& row : runnable(softmax_rows())) {
    INFO(std::string(row.name));
    std::vector<float> y = x;
    row.function(y.data(), 512);
    std::vector<double> exact = exact_softmax(x);
    y.pop_back();
    CHECK(worst_error(y, exact) > 1e-5);
  }
}
