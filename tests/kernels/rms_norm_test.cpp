#include "tests/catch.h"
#include "tests/kernels/data.h"

using namespace winnow::kernels;

namespace {

// The largest error, relative to each exact value.
double worst_error(const std::vector<float>& y, const std::vector<float>& x,
                   const std::vector<float>& weight, float epsilon) {
  double sum = 0, worst = 0;
  for (float value : x) sum += double(value) * value;
  const double factor = 1 / std::sqrt(sum / double(x.size()) + epsilon);
  for (size_t i = 0; i < x.size(); ++i) {
    const double exact = x[i] * factor * weight[i];
    worst = std::max(worst, std::fabs(y[i] - exact) / std::max(std::fabs(exact), 1e-30));
  }
  return worst;
}

std::vector<int> sizes() {
  std::vector<int> found = {127, 128, 129, 255, 256, 257, 768, 1152};
  for (int size = 1; size <= 70; ++size) found.push_back(size);
  return found;
}

}  // namespace

TEST_CASE("rms_norm equals the formula at every size, in place too") {
  Random random;
  for (const Row<RmsNorm>& row : runnable(rms_norm_rows()))
    for (int size : sizes())
      for (float magnitude : {1e-6f, 1.0f, 1e12f}) {
        INFO(std::string(row.name) << " " << size << " x " << magnitude);
        const std::vector<float> x = random.floats(size, -magnitude, magnitude);
        const std::vector<float> weight = random.floats(size, 0.1f, 3);
        std::vector<float> y(size), in_place = x;
        row.function(x.data(), weight.data(), size, 1e-6f, y.data());
        CHECK(worst_error(y, x, weight, 1e-6f) < 5e-7);
        row.function(in_place.data(), weight.data(), size, 1e-6f, in_place.data());
        CHECK(in_place == y);
      }
}

TEST_CASE("rms_norm of zeros is zero") {
  for (const Row<RmsNorm>& row : runnable(rms_norm_rows())) {
    INFO(std::string(row.name));
    std::vector<float> x(768, 0.0f);
    const std::vector<float> weight(768, 2.0f);
    row.function(x.data(), weight.data(), 768, 1e-6f, x.data());
    CHECK(x == std::vector<float>(768, 0.0f));
  }
}

TEST_CASE("the tolerance of the rms_norm test catches a norm that skips the last element") {
  Random random;
  const std::vector<float> x = random.floats(768), weight = random.floats(768, 0.1f, 3);
  for (const Row<RmsNorm>& row : runnable(rms_norm_rows())) {
    INFO(std::string(row.name));
    std::vector<float> planted = x, y(768);
    planted.back() = 0;
    row.function(planted.data(), weight.data(), 768, 1e-6f, y.data());
    y.pop_back();
    CHECK(worst_error({y.begin(), y.end()}, {x.begin(), x.end() - 1}, weight, 1e-6f) > 5e-5);
  }
}
