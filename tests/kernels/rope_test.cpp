#include "tests/catch.h"
#include "tests/kernels/data.h"

using namespace winnow::kernels;

TEST_CASE("rope rotates the pairs (i, i + size / 2) at every size") {
  Random random;
  for (const Row<Rope>& row : runnable(rope_rows()))
    for (int size : {2, 4, 6, 14, 16, 18, 30, 32, 34, 62, 64, 66, 128, 130, 256}) {
      INFO(std::string(row.name) << " " << size);
      const int half = size / 2;
      const std::vector<float> x = random.floats(size, -10, 10);
      std::vector<float> cosines(half), sines(half), y = x;
      for (int i = 0; i < half; ++i) {
        const double angle = 1234 * std::pow(10000.0, -2.0 * i / size);
        cosines[i] = static_cast<float>(std::cos(angle));
        sines[i] = static_cast<float>(std::sin(angle));
      }
      row.function(y.data(), cosines.data(), sines.data(), size);
      double worst = 0;
      for (int i = 0; i < half; ++i) {
        const double a = x[i], b = x[i + half], c = cosines[i], s = sines[i];
        worst = std::max(
            {worst, std::fabs(y[i] - (a * c - b * s)), std::fabs(y[i + half] - (a * s + b * c))});
      }
      CHECK(worst < 3e-6);  // three roundings of values up to 14
    }
}

TEST_CASE("rope by zero and by a quarter turn is exact") {
  Random random;
  for (const Row<Rope>& row : runnable(rope_rows())) {
    INFO(std::string(row.name));
    const std::vector<float> x = random.floats(256), zeros(128, 0.0f), ones(128, 1.0f);
    std::vector<float> y = x;
    row.function(y.data(), ones.data(), zeros.data(), 256);
    CHECK(y == x);
    row.function(y.data(), zeros.data(), ones.data(), 256);
    int wrong = 0;
    for (int i = 0; i < 128; ++i) wrong += y[i] != -x[i + 128] || y[i + 128] != x[i];
    CHECK(wrong == 0);
  }
}
